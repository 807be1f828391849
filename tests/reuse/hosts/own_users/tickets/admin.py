"""Tickets in the admin site, and on the pages of conversations."""

from django.contrib import admin

from assistant.conversations.admin import ConversationAdmin
from assistant.conversations.models import Conversation
from tickets.models import Bookmark, Ticket


class TicketInline(admin.TabularInline):
    model = Ticket
    extra = 0


admin.site.unregister(Conversation)


@admin.register(Conversation)
class ConversationWithTicketsAdmin(ConversationAdmin):
    inlines = [*ConversationAdmin.inlines, TicketInline]


@admin.register(Ticket)
class TicketAdmin(admin.ModelAdmin):
    autocomplete_fields = ["conversation"]


@admin.register(Bookmark)
class BookmarkAdmin(admin.ModelAdmin):
    autocomplete_fields = ["conversation"]

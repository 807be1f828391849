"""Our admin site, and Django's stock pages of the same tables as their peer."""

from django.contrib import admin
from django.urls import path

from assistant.conversations.models import Conversation, Message
from config.urls import urlpatterns as project

stock = admin.AdminSite(name="stock")


@admin.register(Conversation, site=stock)
class StockConversationAdmin(admin.ModelAdmin):
    """What most people write."""

    list_display = ("title", "user", "agent_type", "is_active", "updated_at")
    list_select_related = ("user",)
    list_filter = ("agent_type", "is_active")
    search_fields = ("title", "user__username")
    ordering = ("-updated_at",)
    raw_id_fields = ("user",)


@admin.register(Message, site=stock)
class StockMessageAdmin(admin.ModelAdmin):
    """What most people write."""

    list_display = ("__str__", "role", "conversation", "model_name", "timestamp")
    list_select_related = ("conversation",)
    list_filter = ("role", "model_name")
    search_fields = ("content",)
    ordering = ("-timestamp",)
    raw_id_fields = ("conversation",)


urlpatterns = [path("stock/", stock.urls), *project]

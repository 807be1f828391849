"""Companies and their members in the admin site."""

from django.contrib import admin

from people.models import Company, Member


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):
    """Companies."""


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """Members, found by their addresses."""

    list_display = ("email", "company")
    search_fields = ("email",)
    ordering = ("email",)

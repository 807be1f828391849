"""Users in the admin site."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Permission
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.accounts.forms import UserAddForm, UserChangeForm
from assistant.accounts.models import User
from assistant.db.admin import TableAdmin


# Django ignores the registration where the host has a user model of its own.
@admin.register(User)
class UserAdmin(TableAdmin, DjangoUserAdmin):
    """Django's pages of users, with this model's columns."""

    form = UserChangeForm
    add_form = UserAddForm
    list_display = ("username", "email", "is_active", "is_staff", "last_login", "created_at")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("username", "email")
    search_help_text = _("A key, or the beginning of a user name or an email address.")
    ordering = ("username",)
    sortable_by = ("username",)
    readonly_fields = ("last_login", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("email", "preferences")}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Important dates"), {"fields": ("last_login", "created_at", "updated_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "email", "usable_password", "password1", "password2"),
            },
        ),
    )

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> models.Model | None:
        """Return a user with what the names of the permissions need."""
        user = super().get_object(request, object_id, from_field)
        if user is not None:
            models.prefetch_related_objects([user], "user_permissions__content_type")
        return user

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the password, a link to the page that changes it, to those who may."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (
                title,
                {**options, "fields": [name for name in options["fields"] if name != "password"]},
            )
            for title, options in fieldsets
        ]

    def formfield_for_manytomany(
        self, db_field: "models.ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Fetch the permissions to choose from together with what their names need."""
        if db_field.name == "user_permissions":
            kwargs.setdefault("queryset", Permission.objects.select_related("content_type"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

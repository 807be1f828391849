"""Users."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, Permission, PermissionsMixin, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.constraints import json_object_check
from assistant.db.fields import JSONObjectField, TimestampField
from assistant.db.indexes import Index, PrefixIndex
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul

# Any text that starts with "!" is a password nobody can log in with.
UNUSABLE_PASSWORD = "!"  # noqa: S105


class User(UUIDModel, AbstractBaseUser, PermissionsMixin):
    """A person or program that talks to the assistant.

    A host with a user model of its own (``AUTH_USER_MODEL``) gets no ``users`` table.
    """

    username = models.CharField(_("username"), max_length=255, validators=[validate_no_nul])
    email = models.EmailField(_("email address"), max_length=255, blank=True, null=True)
    created_at = TimestampField(_("created at"), editable=False)
    updated_at = TimestampField(_("updated at"), editable=False)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        db_default=True,
        help_text=_("Inactive users cannot log in. Prefer this to deleting a user."),
    )
    preferences = JSONObjectField(_("preferences"), db_default={})
    password = models.CharField(
        _("password"),
        max_length=128,
        default=UNUSABLE_PASSWORD,
        db_default=UNUSABLE_PASSWORD,
    )
    is_superuser = models.BooleanField(
        _("superuser status"),
        default=False,
        db_default=False,
        help_text=_("Has every permission without being given it."),
    )
    is_staff = models.BooleanField(
        _("staff status"),
        default=False,
        db_default=False,
        help_text=_("May log in to the admin site."),
    )
    # As Django's own, but with constraints that cascade in the database (the migration's).
    groups = models.ManyToManyField(  # type: ignore[assignment]
        Group,
        verbose_name=_("groups"),
        blank=True,
        db_constraint=False,
        related_name="user_set",
        related_query_name="user",
    )
    user_permissions = models.ManyToManyField(  # type: ignore[assignment]
        Permission,
        verbose_name=_("user permissions"),
        blank=True,
        db_constraint=False,
        related_name="user_set",
        related_query_name="user",
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        db_table = "users"
        swappable = "AUTH_USER_MODEL"
        verbose_name = _("user")
        verbose_name_plural = _("users")
        indexes = [
            # Log-in: WHERE username = …
            Index(fields=["username"], name="idx_users_username"),
            # The admin's list filtered by activity.
            Index(fields=["is_active"], name="idx_users_active"),
            # The beginning of a user name or an email address: UPPER(…) LIKE …
            PrefixIndex("username", name="idx_users_username_prefix"),
            PrefixIndex("email", name="idx_users_email_prefix"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["username"],
                name="users_username_key",
                violation_error_code="unique",
                violation_error_message=_("A user with that username already exists."),
            ),
            json_object_check("preferences", name="users_preferences_check"),
        ]

    def __str__(self) -> str:
        return self.username

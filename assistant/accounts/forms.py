"""The admin's forms of users."""

from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm

from assistant.accounts.models import User

__all__ = ["UserAddForm", "UserChangeForm"]


class UserAddForm(AdminUserCreationForm):
    """Make a user, with a password or without."""

    class Meta(AdminUserCreationForm.Meta):
        model = User


class UserChangeForm(DjangoUserChangeForm):
    """Change a user; the password has a page of its own."""

    class Meta(DjangoUserChangeForm.Meta):
        model = User

"""From nothing to a running admin site."""

import os
import secrets
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from assistant.accounts.models import User
from assistant.db.embedded import is_embedded

DEFAULT_USERNAME = "admin"


class Command(BaseCommand):
    """Migrate the embedded database, give the default user a password, serve the admin."""

    help = (
        "Set up the embedded database, give the default user admin rights and a password "
        "(printed once), and serve the admin site. For development: needs DEBUG and the "
        "embedded database. Run it again to go on where you left off."
    )
    # They would need the database before it exists.
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to serve, and whether to."""
        parser.add_argument(
            "addrport", nargs="?", default="127.0.0.1:8000", help="(default: %(default)s)"
        )
        parser.add_argument(
            "--no-server", action="store_true", help="stop before serving the admin site"
        )
        parser.add_argument(
            "--demo", action="store_true", help="load the demo data, too (see load_demo)"
        )

    def handle(self, *, addrport: str, no_server: bool, demo: bool, **options: Any) -> None:
        """Prepare the database once; then serve, reloading when code changes."""
        if demo and not apps.is_installed("assistant.demo"):
            raise CommandError('--demo needs the demo app: add "assistant.demo" to INSTALLED_APPS.')
        refuse_elsewhere()
        # The development server runs this command again in a process of its own.
        if os.environ.get("RUN_MAIN") != "true":
            call_command("check")
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
            if demo:
                call_command("load_demo", stdout=self.stdout)
            self._announce(addrport, enable_default_user())
        if not no_server:
            self.stdout.flush()
            call_command("runserver", addrport)

    def _announce(self, addrport: str, password: str | None) -> None:
        address = addrport if ":" in addrport else f"127.0.0.1:{addrport}"
        self.stdout.write(f"\nThe admin site: http://{address}/admin/")
        if password:
            self.stdout.write(f"Username: {DEFAULT_USERNAME}\nPassword: {password}")
            self.stdout.write("The password is shown this once; change it in the admin site.\n")
        else:
            self.stdout.write(
                "The password is the one you have; to set another: "
                f"manage.py changepassword {DEFAULT_USERNAME}\n"
            )


def refuse_elsewhere() -> None:
    """Raise ``CommandError`` where a known user with all rights would be a hole."""
    if not settings.DEBUG:
        raise CommandError("quickstart is for development: it needs DEBUG.")
    if not is_embedded(connection):
        raise CommandError(
            "quickstart sets up the embedded database only, and this one is a server's. "
            "Use migrate, createsuperuser and runserver."
        )
    if get_user_model() is not User:
        raise CommandError(
            f"quickstart gives rights to a user of its own, but here {settings.AUTH_USER_MODEL} "
            "is the user. Use migrate, createsuperuser and runserver."
        )


def enable_default_user() -> str | None:
    """Let the default user log in with all rights, and return its new password.

    None where somebody can log in with all rights already.
    """
    with transaction.atomic():
        superusers = User.objects.select_for_update().filter(is_superuser=True, is_active=True)
        if any(user.has_usable_password() for user in superusers):
            return None
        user, _ = User.objects.select_for_update().get_or_create(
            username=DEFAULT_USERNAME, defaults={"email": "admin@localhost"}
        )
        if user.is_superuser and user.is_active and user.has_usable_password():
            return None  # by a quickstart that ran beside this one
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.is_staff = user.is_superuser = user.is_active = True
        user.save()
        return password

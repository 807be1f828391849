"""Errors that every management command prints as one line, without a traceback."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db.utils import OperationalError


class EmbeddedConfigurationError(ImproperlyConfigured, CommandError):
    """The settings, the directory or the installation must be changed first."""


class EmbeddedServerError(OperationalError, CommandError):
    """The server did not start, stop or answer as it should."""

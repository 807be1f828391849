"""The admin's form of messages."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import TableForm

__all__ = ["MessageForm"]

# In between, a time exists in every time zone; PostgreSQL's own range is larger than Python's.
EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)


class MessageForm(TableForm):
    """Check what the columns alone do not say."""

    def clean_timestamp(self) -> Any:
        """Refuse times that cannot be shown everywhere, and the removal of a stored one."""
        timestamp = self.cleaned_data["timestamp"]
        if timestamp is None:
            if not self.instance._state.adding:
                raise ValidationError(_("A stored message has a time."), code="required")
        elif not EARLIEST <= timestamp < LATEST:
            raise ValidationError(
                _("A time between the years 1 and 9999 is expected."), code="out_of_range"
            )
        return timestamp

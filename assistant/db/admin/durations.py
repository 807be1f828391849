"""Durations as people write them."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assistant.db.admin.forms import grouped

__all__ = ["duration"]

# From here on a number is no measured time, and its digits would fill the page.
ABSURD = 1e12


def duration(seconds: float | None) -> str | None:
    """Write seconds: three digits, or all of a whole number from 100 on."""
    if seconds is None:
        return None
    if seconds >= ABSURD:
        number = f"{seconds:.3g}"
    elif seconds >= 100:
        number = grouped(round(seconds))
    else:
        number = number_format(Decimal(f"{seconds:.3g}"))
    return _("%(seconds)s s") % {"seconds": number}

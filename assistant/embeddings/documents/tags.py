"""Tags as people give them."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

__all__ = ["MAX_TAG_BYTES", "parse_tags"]

# What an entry of PostgreSQL's GIN indexes holds, 2,712 bytes, less its overhead.
MAX_TAG_BYTES = 2_000


def parse_tags(tags: Iterable[str]) -> list[str]:
    """Return tags in order, each once, without spaces around them.

    Raises ``ValidationError`` where the database could not store one.
    """
    found = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    for tag in found:
        try:
            fits = len(tag.encode()) <= MAX_TAG_BYTES and "\0" not in tag
        except UnicodeEncodeError:
            fits = False
        if not fits:
            raise ValidationError(
                _("The tag “%(start)s…” is too long, or is not text."),
                code="invalid_tag",
                params={"start": tag[:20].encode(errors="replace").decode()},
            )
    return found

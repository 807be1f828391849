"""Lists that count only as far as they page."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from assistant.conf import conf

__all__ = ["BoundedPaginator"]


class BoundedPaginator(Paginator):
    """Pages through the first ``ASSISTANT["LIST_MAX_ROWS"]`` rows of a list.

    Counting ten million rows takes a second, and so does skipping them.
    """

    object_list: Any

    @cached_property
    def count(self) -> int:
        """Return how many rows there are to page through."""
        rows = self.object_list.order_by().values("pk")[: conf.LIST_MAX_ROWS]
        return int(rows.count())

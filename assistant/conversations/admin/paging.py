"""Links from one page of something to the others."""

from collections.abc import Iterator

from django.core.paginator import Page
from django.http import QueryDict

__all__ = ["PAGE_VAR", "PageLinks", "whole_number"]

PAGE_VAR = "page"


class PageLinks:
    """The addresses of the pages around one."""

    def __init__(self, page: Page, query: QueryDict, *, drop: str, fragment: str) -> None:
        """Take what the query string has beside the page, without what ``drop`` names."""
        self.page = page
        self.query = query.copy()
        self.query.pop(drop, None)
        self.fragment = fragment

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield numbers to choose from, with an address for all but this page and gaps."""
        for number in self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2):
            is_other = isinstance(number, int) and number != self.page.number
            yield str(number), self._address(int(number)) if is_other else ""

    @property
    def current(self) -> str:
        """Return this page's number."""
        return str(self.page.number)

    @property
    def first(self) -> str:
        """Return the address of the first page."""
        return self._address(1) if self.page.has_previous() else ""

    @property
    def previous(self) -> str:
        """Return the address of the page before."""
        return self._address(self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        """Return the address of the next page."""
        return self._address(self.page.number + 1) if self.page.has_next() else ""

    @property
    def last(self) -> str:
        """Return the address of the last page."""
        return self._address(self.page.paginator.num_pages) if self.page.has_next() else ""

    def _address(self, number: int) -> str:
        self.query[PAGE_VAR] = str(number)
        return f"?{self.query.urlencode()}#{self.fragment}"


def whole_number(text: str) -> int:
    """Return the number that a text says, or 1."""
    try:
        return int(text)
    except ValueError:
        return 1

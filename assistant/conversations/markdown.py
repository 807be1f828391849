"""What people and models write, as HTML that is safe to show."""

from collections.abc import Callable
from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

__all__ = ["render"]

# What markup is made of. Parsing takes time by how much of it there is, mostly: texts that are
# nearly nothing else are no prose, but made to take long.
MARKUP = "\n\\`*_~[]()!|<>&#"
# Short texts may be all markup.
MODEST_MARKUP = 500
# Each may begin a link, whose end is looked for as far as the end of the text.
MAX_BRACKETS = 500


def render(text: str) -> SafeString:
    """Return the text as HTML: Markdown where markdown-it-py is installed, else as it stands."""
    parse = _parser()
    if parse is None or not _is_modest(text):
        return _plain(text)
    try:
        return mark_safe(parse(text))  # noqa: S308 (the parser escapes all it does not make)
    except Exception:
        # Whatever the parser trips over, such as its nesting limit: the text is there to read.
        return _plain(text)


@cache
def _parser() -> Callable[[str], str] | None:
    try:
        from assistant.conversations.commonmark import to_html  # noqa: PLC0415
    except ImportError:
        return None
    return to_html


def _is_modest(text: str) -> bool:
    markup = sum(map(text.count, MARKUP))
    if markup > max(MODEST_MARKUP, len(text) // 3) or text.count("[") > MAX_BRACKETS:
        return False
    # The parser completes rows to as many cells as a table's first has.
    lines = text.split("\n")
    cells = max(line.count("|") for line in lines) * len(lines)
    return cells <= max(MODEST_MARKUP, len(text) // 2)


def _plain(text: str) -> SafeString:
    return format_html('<p class="md-plain">{}</p>', text)

"""Facts as the pages write them."""

from collections.abc import Iterable

from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assistant.db.admin.forms import grouped
from assistant.embeddings.index_states import INDEXED, IndexState

__all__ = ["facts", "index_name", "index_text", "short_count"]

INDEX_TEXTS = {
    "missing": _("missing; manage.py embed builds it where there are many vectors"),
    "building": _("being built"),
    "invalid": _("invalid; its build was stopped, and it is of no use"),
    "valid": _("valid, %(size)s"),
    "impossible": _("none; above 4,000 dimensions there cannot be one"),
}


def facts(pairs: Iterable[tuple[str, str]]) -> SafeString:
    """Return names and values, one a line."""
    lines = format_html_join(
        "", "<li>{}: {}</li>", ((capfirst(name), text) for name, text in pairs)
    )
    return format_html('<ul class="assistant-facts">{}</ul>', lines)


def index_name(state: IndexState) -> str:
    """Return what an index is of."""
    names = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in INDEXED}
    return names.get(state.table, state.table)


def index_text(state: IndexState) -> str:
    """Say how it stands with an index."""
    return str(INDEX_TEXTS[state.status]) % {"size": filesizeformat(state.size)}


def short_count(count: int, limit: int) -> str:
    """Write a count that stopped one above the limit, for a list."""
    return grouped(count) if count <= limit else f"{grouped(limit)}+"

"""What the admin pages of all tables share.

Every page answers bad input with a message, never with a server error; a list makes the same
number of queries whatever its length; no column that may be large is fetched unasked.
"""

from assistant.db.admin.filters import IndexedValuesFilter, LinkedObjectFilter
from assistant.db.admin.forms import (
    LongTextFormField,
    TableForm,
)
from assistant.db.admin.lists import TableChangeList
from assistant.db.admin.overview import Card, Overview, overview_cards
from assistant.db.admin.readonly import ReadOnlyAdmin
from assistant.db.admin.related import RelatedListsMixin
from assistant.db.admin.search import WordSearchMixin, highlighted
from assistant.db.admin.tables import TableAdmin

__all__ = [
    "Card",
    "IndexedValuesFilter",
    "LinkedObjectFilter",
    "LongTextFormField",
    "Overview",
    "ReadOnlyAdmin",
    "RelatedListsMixin",
    "TableAdmin",
    "TableChangeList",
    "TableForm",
    "WordSearchMixin",
    "highlighted",
    "overview_cards",
]

"""How common words are, by the statistics that ANALYZE keeps."""

import json
import re
from dataclasses import dataclass
from time import monotonic

from django.db import connections
from django.db.models import QuerySet

__all__ = ["Frequencies", "forget_frequencies", "frequencies_of"]

SECONDS = 300

# Some thousand of the most common lexemes, and in what share of the rows each is.
STATISTICS = """
SELECT t.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs
FROM pg_class AS t
LEFT JOIN pg_stats AS s
    ON s.schemaname = t.relnamespace::regnamespace::text
    AND s.tablename = t.relname AND s.attname = %s
WHERE t.oid = to_regclass(%s)
"""

WORD = re.compile(r"\w+")

_known: dict[tuple[str, str, str, str], tuple[float, "Frequencies"]] = {}


@dataclass(frozen=True)
class Frequencies:
    """About how many rows a table has, and the share of them that holds a common lexeme.

    A lexeme that is not listed is rarer than all that are. Without statistics, of a table that
    was never analysed, there are no rows and none is listed.
    """

    rows: float
    shares: dict[str, float]

    def of(self, question: str) -> str:
        """Return, as JSON, the shares of lexemes that can be in a question."""
        # A stem begins as its word does.
        initials = {word[0] for word in WORD.findall(question.lower())}
        shares = {lexeme: share for lexeme, share in self.shares.items() if lexeme[0] in initials}
        return json.dumps(shares, ensure_ascii=False)


def frequencies_of(rows: QuerySet, column: str, *, index: str | None = None) -> Frequencies:
    """Return the frequencies of a table's search vectors, at most some minutes old.

    Those of an expression are an index's: the column has the name of the expression's function.
    """
    connection = connections[rows.db]
    table = index or rows.model._meta.db_table
    key = (rows.db, str(connection.settings_dict["NAME"]), table, column)
    then, known = _known.get(key, (0.0, None))
    if known is None or monotonic() - then > SECONDS:
        with connection.cursor() as cursor:
            cursor.execute(STATISTICS, [column, connection.ops.quote_name(table)])
            known = _read(cursor.fetchone())
        if known.shares:  # until a table is analysed, ask again
            _known[key] = (monotonic(), known)
    return known


def forget_frequencies() -> None:
    """Read the statistics again, in this process."""
    _known.clear()


def _read(row: tuple[float, list[str] | None, list[float] | None] | None) -> Frequencies:
    if row is None or row[0] <= 0:
        return Frequencies(0.0, {})
    rows, lexemes, shares = row
    # The shares end with the least and the greatest of them.
    pairs = zip(lexemes or (), shares or (), strict=False)
    return Frequencies(rows, {lexeme: round(share, 4) for lexeme, share in pairs if lexeme})

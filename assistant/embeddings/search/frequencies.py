"""How common words are where nothing has counted them, by the statistics that ANALYZE keeps."""

from time import monotonic

from django.db import connections
from django.db.models import QuerySet

from assistant.embeddings.search.words import Statistics

__all__ = ["forget_frequencies", "frequencies_of"]

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

_known: dict[tuple[str, str, str, str], tuple[float, Statistics]] = {}


def frequencies_of(rows: QuerySet, column: str, *, index: str | None = None) -> Statistics:
    """Return how many rows hold the most common lexemes, as known some minutes ago at most.

    A lexeme that is not listed is rarer than all that are. Without statistics, of a table that was
    never analysed, there are no rows and none is listed.

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
        if known.holding:  # until a table is analysed, ask again
            _known[key] = (monotonic(), known)
    return known


def forget_frequencies() -> None:
    """Read the statistics again, in this process."""
    _known.clear()


def _read(row: tuple[float, list[str] | None, list[float] | None] | None) -> Statistics:
    if row is None or row[0] <= 0:
        return Statistics()
    rows, lexemes, shares = row
    # The shares end with the least and the greatest of them.
    pairs = zip(lexemes or (), shares or (), strict=False)
    return Statistics(rows, 0, {lexeme: share * rows for lexeme, share in pairs})

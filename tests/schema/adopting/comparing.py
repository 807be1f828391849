"""What an altered database should be, worked out without the code that alters it."""

import struct

from tests.contract import catalog
from tests.schema.adopting.old_databases import Client, Rows

DEFAULTS = {
    "is_active": "true",
    "preferences": "{}",
    "is_default": "false",
    "agent_type": "chat",
    "context_length": "0",
    "metadata": "{}",
    "generation_config": "{}",
    "chunk_index": "0",
    "source_type": "message",
    "content_type": "text",
    "tags": "{}",
}
TIMES = {"created_at", "updated_at", "timestamp"}
COUNTED = {"total_messages", "total_tokens", "avg_response_time", "updated_at"}

RECOUNT = """
SELECT c.id::text, s.id::text, s.total_messages, s.total_tokens, s.response_count,
    s.response_time_sum, s.avg_response_time,
    count(m.id), COALESCE(sum(m.token_count), 0), count(m.generation_time),
    COALESCE(sum(m.generation_time::numeric), 0),
    (sum(m.generation_time::numeric) / NULLIF(count(m.generation_time), 0))::double precision
FROM conversations AS c
LEFT JOIN messages AS m ON m.conversation_id = c.id
LEFT JOIN conversation_stats AS s ON s.conversation_id = c.id
GROUP BY c.id, s.id
"""


def comparable(client: Client) -> dict[str, catalog.Catalog]:
    """Return the catalog, whatever the order of columns and whoever made uuid_generate_v4()."""
    return {
        kind: {
            owner: kept
            for owner, entries in owners.items()
            if owner != "uuid_generate_v4"
            and (kept := sorted(each for each in entries if "uuid_generate_v4()" not in each))
        }
        for kind, owners in catalog.read_all(client).items()
    }


def assert_same_catalog(found: dict[str, catalog.Catalog], expected: object) -> None:
    """Compare kind by kind, so that a failure shows its own."""
    assert isinstance(expected, dict)
    for kind in expected:
        assert found[kind] == expected[kind], kind


def assert_all_there(before: Rows, after: Rows) -> None:
    """Compare every value of every row; only what may be otherwise is."""
    for table, rows in before.items():
        for key, row in rows.items():
            if table == "conversation_stats" and key not in after[table]:
                continue  # merged
            for column, value in row.items():
                found = after[table][key][column]
                where = (table, key, column)
                if column in TIMES and value is None:
                    assert found is not None, where
                elif table == "conversation_stats" and column in COUNTED:
                    continue
                elif table == "model_configs" and column == "is_default":
                    assert found == ("true" if row["model_path"] == "/b" else "false"), where
                elif column == "embedding_vector":
                    assert vector(found) == single(value), where
                else:
                    assert found == (DEFAULTS.get(column) if value is None else value), where


def assert_counted(client: Client) -> None:
    """Compare the statistics with the messages: one row where there are any."""
    rows = client.execute(RECOUNT).fetchall()
    assert len({row[0] for row in rows}) == len(rows) > 0
    for conversation, key, *values in rows:
        assert key or values[5] == 0, conversation
        assert not key or values[:5] == values[5:], conversation


def vector(text: str | None) -> list[float] | None:
    """Return the numbers of a vector, in single precision."""
    return None if text is None else [float32(each) for each in text.strip("[]").split(",")]


def single(text: str | None) -> list[float] | None:
    """Return the numbers of an array, in single precision."""
    if text is None:
        return None
    return [float32(each) for each in text.partition("{")[2].strip("}").split(",")]


def float32(text: str) -> float:
    """Return the nearest single-precision number."""
    return float(struct.unpack("f", struct.pack("f", float(text)))[0])

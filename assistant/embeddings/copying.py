"""Rows into a table by COPY, in PostgreSQL's binary format: vectors need no text."""

import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connections

__all__ = ["Column", "copy_rows", "pack_integer", "pack_text", "pack_uuid", "pack_vector"]

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = struct.pack(">h", -1)
NULL = struct.pack(">i", -1)

# Bytes that are handed to the server at a time.
BLOCK = 256 * 1024

Column = tuple[str, Callable[[Any], bytes]]


def pack_uuid(value: UUID) -> bytes:
    """Return a uuid as the server sends it."""
    return value.bytes


def pack_text(value: str) -> bytes:
    """Return a text as the server sends it."""
    return value.encode()


def pack_integer(value: int) -> bytes:
    """Return an integer as the server sends it."""
    return struct.pack(">i", value)


def pack_vector(value: Sequence[float] | bytes) -> bytes:
    """Return a vector as pgvector sends it; bytes are one already."""
    if isinstance(value, bytes):
        return value
    numbers = array("f", value)
    if sys.byteorder == "little":
        numbers.byteswap()
    return struct.pack(">HH", len(numbers), 0) + numbers.tobytes()


def copy_rows(
    table: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, using: str
) -> int:
    """Write rows, whose values are in the columns' order, and return their number."""
    connection = connections[using]
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name, _pack in columns)
    statement = f"COPY {quote(table)} ({names}) FROM STDIN (FORMAT BINARY)"
    count = 0
    packers = [pack for _name, pack in columns]
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for count, block in _blocks(packers, rows):  # noqa: B007
            copy.write(block)
    return count


def _blocks(
    packers: Sequence[Callable[[Any], bytes]], rows: Iterable[Sequence[Any]]
) -> Iterator[tuple[int, bytes]]:
    count = 0
    block = bytearray(HEADER)
    width = struct.pack(">h", len(packers))
    for row in rows:
        block += width
        for pack, value in zip(packers, row, strict=True):
            if value is None:
                block += NULL
            else:
                packed = pack(value)
                block += struct.pack(">i", len(packed)) + packed
        count += 1
        if len(block) >= BLOCK:
            yield count, bytes(block)
            block.clear()
    yield count, bytes(block + TRAILER)

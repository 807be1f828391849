"""Storing many messages through COPY."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import psycopg
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error, connections, transaction

from assistant.conversations.models import Conversation, Message

__all__ = ["BATCH_SIZE", "IngestError", "IngestResult", "Ingestion"]

BATCH_SIZE = 10_000
# A batch also ends here, so that memory stays bounded however long the messages are.
BATCH_CHARACTERS = 16 * 1024 * 1024

COLUMNS = tuple(f.attname for f in Message._meta.concrete_fields if not f.primary_key)
REQUIRED = ("conversation_id", "role", "content")
KNOWN = {*COLUMNS, "id", "conversation"}

encode_json = DjangoJSONEncoder(allow_nan=False).encode


@dataclass(frozen=True)
class IngestResult:
    """How many rows were read, and how many of those were stored or were there already."""

    read: int = 0
    stored: int = 0
    existing: int = 0


class IngestError(ValueError):
    """A row that cannot be stored. Its whole batch is not; every batch before it is.

    ``row`` is its number among the given rows, from 1, or None where the database does not tell;
    ``stored`` is how many of the rows before are dealt with: ``skip`` them to go on.
    """

    def __init__(self, *, row: int | None, stored: int, reason: str) -> None:
        self.row = row
        self.stored = stored
        self.reason = reason
        where = f"row {row}" if row else f"a row after row {stored}"
        super().__init__(f"{where} cannot be stored: {reason} ({stored} rows before are done)")


class RowError(ValueError):
    """A row that is wrong before the database sees it."""


@dataclass
class Row:
    """One message on its way in: its number, its key if it brings one, its columns' values."""

    number: int
    id: Any
    values: list[Any]


class Ingestion:
    """One run over the given rows."""

    def __init__(self, *, using: str, batch_size: int, skip_existing: bool) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}: a batch has at least one row.")
        self.connection = connections[using]
        self.batch_size = batch_size
        self.skip_existing = skip_existing
        self.result = IngestResult()

    def run(
        self,
        rows: Iterable[Mapping[str, Any] | Message],
        *,
        skip: int,
        progress: Callable[[IngestResult], None] | None,
    ) -> IngestResult:
        """Store all rows but the first ``skip``."""
        self.result = IngestResult(read=skip)
        for batch in self._batches(rows, skip):
            existing = self._store(batch)
            self.result = IngestResult(
                read=self.result.read + len(batch),
                stored=self.result.stored + len(batch) - existing,
                existing=self.result.existing + existing,
            )
            if progress:
                progress(self.result)
        return self.result

    def _batches(
        self, rows: Iterable[Mapping[str, Any] | Message], skip: int
    ) -> Iterator[list[Row]]:
        batch: list[Row] = []
        characters = 0
        for number, row in enumerate(rows, start=1):
            if number <= skip:
                continue
            try:
                batch.append(read_row(number, row))
            except RowError as error:
                raise self._error(number, str(error)) from error
            characters += len(batch[-1].values[CONTENT])
            if len(batch) >= self.batch_size or characters >= BATCH_CHARACTERS:
                yield batch
                batch, characters = [], 0
        if batch:
            yield batch

    def _store(self, batch: list[Row]) -> int:
        """Store a batch, and return how many of its rows were there already."""
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            new = batch
            if self.skip_existing:
                stored = self._stored_ids(cursor, batch)
                new = [row for row in batch if str(row.id) not in stored]
            self._fill_times(cursor, new)
            for has_id, group in groupby(new, key=lambda row: row.id is not None):
                self._copy(cursor, list(group), has_id=has_id)
            self._check_conversations(cursor, new)
        return len(batch) - len(new)

    def _stored_ids(self, cursor: Any, batch: list[Row]) -> set[str]:
        ids = [str(row.id) for row in batch if row.id is not None]
        try:
            cursor.execute("SELECT id::text FROM messages WHERE id = ANY (%s::uuid[])", [ids])
        except Error as error:
            raise self._error(None, _reason(error)) from error
        return {id_ for (id_,) in cursor.fetchall()}

    def _fill_times(self, cursor: Any, batch: list[Row]) -> None:
        # The column's default is the transaction's time, which COPY cannot be told row by row.
        missing = [row for row in batch if row.values[TIMESTAMP] is None]
        if missing:
            cursor.execute("SELECT now()::text")
            (now,) = cursor.fetchone()
            for row in missing:
                row.values[TIMESTAMP] = now

    def _copy(self, cursor: Any, rows: list[Row], *, has_id: bool) -> None:
        columns = ", ".join(f'"{name}"' for name in (("id", *COLUMNS) if has_id else COLUMNS))
        row = rows[0]
        sending = True
        try:
            with cursor.copy(f"COPY messages ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((row.id, *row.values) if has_id else row.values)
                sending = False
        except (Error, psycopg.Error) as error:
            line = _copy_line(error)
            number = rows[line - 1].number if line else row.number if sending else None
            raise self._error(number, _reason(error)) from error

    def _check_conversations(self, cursor: Any, rows: list[Row]) -> None:
        # Here rather than at the commit, where nobody could say which row it was.
        try:
            cursor.execute("SET CONSTRAINTS messages_conversation_id_fkey IMMEDIATE")
            cursor.execute("SET CONSTRAINTS messages_conversation_id_fkey DEFERRED")
        except Error as error:
            detail = _diagnostic(error).message_detail or ""
            gone = next((r for r in rows if str(r.values[CONVERSATION]).lower() in detail), None)
            raise self._error(gone.number if gone else None, _reason(error)) from error

    def _error(self, row: int | None, reason: str) -> IngestError:
        return IngestError(row=row, stored=self.result.read, reason=reason)


CONVERSATION = COLUMNS.index("conversation_id")
CONTENT = COLUMNS.index("content")
TIMESTAMP = COLUMNS.index("timestamp")
CONFIG = COLUMNS.index("generation_config")


def read_row(number: int, row: Mapping[str, Any] | Message) -> Row:
    """Return the values to store, or raise :class:`RowError`."""
    if isinstance(row, Message):
        row = {name: getattr(row, name) for name in ("id", *COLUMNS)}
    if unknown := row.keys() - KNOWN:
        raise RowError(f"no such column: {', '.join(sorted(map(str, unknown)))}")
    values = [row.get(name) for name in COLUMNS]
    if values[CONVERSATION] is None and isinstance(
        conversation := row.get("conversation"), Conversation
    ):
        values[CONVERSATION] = conversation.pk
    for name in REQUIRED:
        if values[COLUMNS.index(name)] is None:
            raise RowError(f"{name} is missing")
    if not isinstance(values[CONTENT], str):
        raise RowError(f"content is {type(values[CONTENT]).__name__}, not text")
    if isinstance(time := values[TIMESTAMP], datetime) and time.tzinfo is None:
        raise RowError(f"timestamp {time.isoformat()} has no time zone")
    config = values[CONFIG]
    if not config:
        values[CONFIG] = "{}" if config is None or config == {} else encode_json(config)
    else:
        try:
            values[CONFIG] = encode_json(config)
        except (TypeError, ValueError) as error:
            raise RowError(f"generation_config is not JSON: {error}") from error
    return Row(number, row.get("id"), values)


def _diagnostic(error: BaseException) -> Any:
    """Return what the server said: Django's errors wrap psycopg's."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    return getattr(cause, "diag", psycopg.Error().diag)


def _copy_line(error: BaseException) -> int | None:
    match = re.search(r"^COPY \S+, line (\d+)", _diagnostic(error).context or "", re.MULTILINE)
    return int(match[1]) if match else None


def _reason(error: BaseException) -> str:
    said = _diagnostic(error)
    return ": ".join(filter(None, (said.message_primary or str(error), said.message_detail)))

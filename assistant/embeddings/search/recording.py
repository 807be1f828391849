"""Searches are recorded, where the host wants it, without getting in their way."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connections, router

from assistant.conf import conf
from assistant.embeddings.models import SearchRecord
from assistant.embeddings.question_hashes import hash_question
from assistant.embeddings.search.hits import Hit, Hits
from assistant.embeddings.search.requests import SearchRequest
from assistant.embeddings.search.statements import unprepared

__all__ = ["record_search"]

logger = logging.getLogger(__name__)

SAVEPOINT = "assistant_record"
READ_ONLY = "25006"

# The foreign keys are looked at when the caller's transaction ends, so what they point at has to
# stay until then, without waiting for somebody who is about to delete it.
MODEL = "(SELECT id FROM embedding_models WHERE id = %s FOR KEY SHARE SKIP LOCKED)"
USER = "SELECT {key} FROM {table} WHERE {key} = %s FOR KEY SHARE SKIP LOCKED"

# What was logged already: a table that is missing fails every search.
reported: set[str] = set()


def record_search(request: SearchRequest, hits: Hits, *, using: str) -> UUID | None:
    """Record a search as the setting ``RECORD_SEARCHES`` says, and return the record's key.

    One INSERT. Nothing that goes wrong reaches the caller or ends the caller's transaction: it is
    logged, once a process. In a transaction that only reads nothing is recorded.
    """
    try:
        if conf.RECORD_SEARCHES == "off":
            return None
        return _record(request, hits, using=_writable(using))
    except Exception as error:
        _report(error)
        return None


def _writable(using: str) -> str:
    """Return where writes go for what was read there: of a replica, its primary."""
    row = SearchRecord()
    row._state.db = using
    return router.db_for_write(SearchRecord, instance=row)


def _record(request: SearchRequest, hits: Hits, *, using: str) -> UUID | None:
    key = uuid4()
    model = hits.embedding_model
    plans = hits.plans | {f"keyword:{name}": plan for name, plan in hits.keyword_plans.items()}
    values: dict[str, tuple[str, Any]] = {
        "id": ("%s::uuid", key),
        "query": ("%s::text", request.question if conf.RECORD_SEARCHES == "text" else None),
        "query_hash": ("%s::text", hash_question(request.question)),
        "mode": ("%s::text", hits.mode),
        "sources": ("%s::text[]", list(request.sources)),
        "hit_count": ("%s::integer", len(hits)),
        "hits": ("%s::jsonb", json.dumps([_described(hit) for hit in hits])),
        "plans": ("%s::jsonb", json.dumps(plans)),
        "note": ("%s::text", hits.note.replace("\0", "")),
        "latency": ("%s::float8", hits.timings.get("total", 0.0)),
        "embedding_model_id": (MODEL, model.pk if model else None),
    }
    columns = [*values, "user_id"]
    selected = [expression for expression, _value in values.values()]
    parameters = [value for _expression, value in values.values()]
    user, source, user_parameters = _user(request.user, using=using)
    sql = (
        f"INSERT INTO search_records ({', '.join(columns)}) "
        f"SELECT {', '.join([*selected, user])}{source}"
    )
    return key if _insert(sql, [*parameters, *user_parameters], using=using) else None


def _described(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "source": str(hit.source.pk),
        "chunk": str(hit.chunk) if hit.chunk else None,
        "score": _number(hit.score),
        "ranks": dict(hit.ranks),
        "scores": _numbers(hit.scores),
    }


def _numbers(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in values.items()}


def _number(value: float) -> float | None:
    """Return what JSON has a word for."""
    return float(value) if math.isfinite(value) else None


def _user(key: Any, *, using: str) -> tuple[str, str, Sequence[Any]]:
    """Return the user's column, where it is from, and the parameters of both."""
    if key is None:
        return "NULL", "", []
    field: Any = SearchRecord._meta.get_field("user")
    target, connection = field.target_field, connections[using]
    value = target.get_db_prep_value(key, connection)
    if not router.allow_migrate_model(using, target.model):  # no foreign key either
        return f"%s::{field.db_type(connection)}", "", [value]
    quote = connection.ops.quote_name
    rows = USER.format(key=quote(target.column), table=quote(target.model._meta.db_table))
    return "owner.id", f" FROM ({rows}) AS owner (id)", [value]


def _insert(sql: str, parameters: Sequence[Any], *, using: str) -> bool:
    """Insert in one round trip; in a transaction, behind a savepoint."""
    connection: Any = connections[using]
    if connection.needs_rollback:
        return False
    connection.ensure_connection()
    with connection.cursor() as cursor, unprepared(connection.connection):
        if connection.get_autocommit():
            cursor.execute(sql, parameters)
            return bool(cursor.rowcount)
        insert = connection.ops.compose_sql(sql, parameters)
        try:
            cursor.execute(f"SAVEPOINT {SAVEPOINT};\n{insert};\nRELEASE SAVEPOINT {SAVEPOINT}")
        except DatabaseError:
            cursor.execute(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}; RELEASE SAVEPOINT {SAVEPOINT}")
            raise
        cursor.nextset()
        return bool(cursor.rowcount)


def _report(error: Exception) -> None:
    if getattr(error.__cause__, "sqlstate", None) == READ_ONLY:
        return
    first = f"{type(error).__name__}: {error}".splitlines()[0]
    if first not in reported and len(reported) < 100:
        reported.add(first)
        logger.warning("A search was not recorded (said once): %s", first, exc_info=error)

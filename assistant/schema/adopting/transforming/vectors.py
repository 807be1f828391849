"""The models of vectors, and the arrays that vectors are made of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from assistant.schema.adopting.transforming.statements import ask, run

__all__ = [
    "ARRAYS",
    "choose_default_model",
    "copy_arrays",
    "model_expression",
    "refuse_models",
    "refuse_vectors_without_model",
]

# Who keeps the arrays of whom: id, and embedding_vector as it was. They are the host's.
ARRAYS = {
    "conversation_embeddings": "conversation_embeddings_arrays",
    "knowledge_base": "knowledge_base_arrays",
}

FILES_MODEL = "all-MiniLM-L6-v2"

WITHOUT_MODEL = """
SELECT DISTINCT vector_dims(embedding_vector) FROM knowledge_base
WHERE embedding_vector IS NOT NULL AND embedding_model_id IS NULL ORDER BY 1
"""
MISFITS = """
SELECT w.size, m.dimension
FROM unnest(%s::integer[], %s::uuid[]) AS w (size, id) LEFT JOIN embedding_models AS m USING (id)
WHERE m.dimension IS DISTINCT FROM w.size
"""
# The model that most vectors are of: who goes on writing such without a model may do so. Without
# vectors, the files' own.
CHOOSE = """
UPDATE embedding_models SET is_default = true WHERE id = (
    SELECT m.id FROM embedding_models AS m
    LEFT JOIN (
        SELECT id, count(*) AS vectors FROM (
            SELECT embedding_model_id FROM conversation_embeddings
            UNION ALL
            SELECT embedding_model_id FROM knowledge_base WHERE embedding_vector IS NOT NULL
        ) AS v (id) GROUP BY id
    ) AS c USING (id)
    WHERE c.vectors IS NOT NULL OR m.name = %s
    ORDER BY c.vectors DESC NULLS LAST, m.name = %s DESC, m.created_at, m.id
    LIMIT 1
)
"""


def model_expression(models: Mapping[int, UUID]) -> str:
    """Return SQL that says of ``embedding_vector`` which model made it, by its size."""
    if not models:
        return "NULL::uuid"
    cases = " ".join(
        f"WHEN {int(size)} THEN '{UUID(str(model))}'::uuid" for size, model in models.items()
    )
    return f"CASE vector_dims(embedding_vector) {cases} END"


def refuse_models(connection: Any, models: Mapping[int, UUID]) -> None:
    """Raise ``CommandError`` where a model is not there, or not of the size it is given for."""
    parameters = [list(models), list(map(str, models.values()))]
    for size, dimension in ask(connection, MISFITS, parameters):
        what = "is not there" if dimension is None else f"has {dimension} dimensions"
        raise CommandError(f"The embedding model given for vectors of {size} dimensions {what}.")


def copy_arrays(connection: Any, table: str) -> int:
    """Copy the arrays, which are of double precision, into a table beside; return how many."""
    name = ARRAYS[table]
    kept = run(
        connection,
        f"CREATE TABLE {name} AS SELECT id, embedding_vector FROM {table} "  # noqa: S608
        "WHERE embedding_vector IS NOT NULL",
    )
    run(
        connection,
        f"ALTER TABLE {name} ADD PRIMARY KEY (id), ALTER COLUMN embedding_vector SET NOT NULL; "
        f"COMMENT ON TABLE {name} IS "
        f"'{table}.embedding_vector as it was before it became single precision'",
    )
    return kept


def refuse_vectors_without_model(connection: Any) -> None:
    """Raise ``CommandError`` where a document's vector is of a size that no model was given for."""
    if sizes := [size for (size,) in ask(connection, WITHOUT_MODEL)]:
        raise CommandError(
            "No embedding model was given for vectors of knowledge_base with "
            f"{', '.join(map(str, sizes))} dimensions."
        )


def choose_default_model(connection: Any) -> None:
    """Let vectors that name no model be of the one that most are of."""
    run(connection, CHOOSE, [FILES_MODEL, FILES_MODEL])

"""Made-up vectors that lie in clusters as those of texts do, and a table full of them.

2,000 centres on the unit sphere and points around them. A few directions carry most of what
differs, as in the vectors of texts: the n-th counts 1/sqrt(n). The nearest of a million have a
cosine of about .8, two at random 0 with a deviation of .17.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connections

from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel
from assistant.embeddings.vector_indexes import build_index
from benchmarks.databases import Client, connect
from benchmarks.measure import show_progress

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
BATCH = 20_000
NOISE = 0.8
PASSAGES = 2_000
LENGTH = 600  # characters of a passage
# Users, UUID(int=n), and the share of all rows that each owns; 9,000 others own the rest.
OWNERS = {1: 0.1, 2: 0.01, 3: 0.001, 4: 0.03, 5: 0.003}
OTHERS = range(1_000, 10_000)

COPY = (
    "COPY {table} (id, conversation_id, embedding_model_id, user_id, chunk_text, content_hash, "
    "embedding_vector) FROM STDIN (FORMAT binary)"
)

Vectors = np.ndarray[Any, np.dtype[np.float32]]


class Clusters:
    """Centres, and points around them."""

    def __init__(self, *, dimension: int, clusters: int = 2_000, seed: int = 6) -> None:
        self.random = np.random.default_rng(seed)
        self.dimension = dimension
        spread = np.arange(1, dimension + 1, dtype=np.float32) ** np.float32(-0.5)
        self.spread = spread / np.linalg.norm(spread)
        self.centres = unit(self._scattered(clusters))

    def points(self, count: int) -> Vectors:
        """Return so many points, each of a cluster of its own choice."""
        chosen = self.centres[self.random.integers(len(self.centres), size=count)]
        return unit(chosen + self._scattered(count) * np.float32(NOISE))

    def _scattered(self, count: int) -> Vectors:
        normal = self.random.standard_normal((count, self.dimension), dtype=np.float32)
        return np.asarray(normal * self.spread, dtype=np.float32)


def unit(rows: Vectors) -> Vectors:
    """Return the rows with length 1."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def literal(vector: Vectors) -> str:
    """Return a vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.9g}" for value in vector) + "]"


def sentence(random: np.random.Generator, length: int) -> bytes:
    """Return made-up words of so many characters."""
    letters = random.integers(ord("a"), ord("z") + 1, size=length, dtype=np.uint8)
    letters[6::7] = ord(" ")
    return letters.tobytes()


def owners(count: int, random: np.random.Generator) -> Any:
    """Return whose each row is."""
    users = random.choice(np.array(OTHERS), size=count)
    draw, below = random.random(count), 0.0
    for user, share in OWNERS.items():
        users[(draw >= below) & (draw < below + share)] = user
        below += share
    return users


def copy_stream(
    clusters: Clusters, rows: int, *, model: UUID, length: int = LENGTH
) -> Iterator[bytes]:
    """Yield embeddings of conversations in COPY's binary format, in the order of ``COPY``."""
    random, dimension = clusters.random, clusters.dimension
    texts = [sentence(random, length) for _ in range(PASSAGES)]
    text_array = np.array(texts)
    hash_array = np.array([sha256(text).hexdigest().encode() for text in texts])
    columns: list[tuple[str, Any]] = [("count", ">i2")]
    for name, kind, parts in (
        ("id", "V16", ()),
        ("conversation", "V16", ()),
        ("model", "V16", ()),
        ("user", "V16", ()),
        ("text", f"S{length}", ()),
        ("hash", "S64", ()),
        ("vector", ">f4", (dimension,)),
    ):
        columns.append((f"{name}_size", ">i4"))
        if name == "vector":
            columns += [("dimension", ">i2"), ("unused", ">i2")]
        columns.append((name, kind, parts) if parts else (name, kind))  # type: ignore[arg-type]
    yield HEADER
    for start in range(0, rows, BATCH):
        size = min(BATCH, rows - start)
        batch = np.zeros(size, dtype=columns)
        batch["count"] = 7
        for name in ("id", "conversation", "model", "user"):
            batch[f"{name}_size"] = 16
        batch["id"] = np.frombuffer(random.bytes(16 * size), dtype="V16")
        batch["model"] = np.void(model.bytes)
        keys = np.zeros((size, 2), dtype=">i8")
        keys[:, 1] = owners(size, random)
        batch["user"] = batch["conversation"] = keys.view("V16")[:, 0]
        which = random.integers(PASSAGES, size=size)
        batch["text_size"], batch["text"] = length, text_array[which]
        batch["hash_size"], batch["hash"] = 64, hash_array[which]
        batch["vector_size"], batch["dimension"] = 4 + 4 * dimension, dimension
        batch["vector"] = clusters.points(size)
        yield batch.tobytes()
    yield TRAILER


def make_owners(client: Client) -> None:
    """Store the users, and a conversation of each: of the same key."""
    numbers = [*OWNERS, *OTHERS]
    keys = [UUID(int=number) for number in numbers]
    client.execute(
        "INSERT INTO users (id, username, password) SELECT k, k::text, '!' "
        "FROM unnest(%s::uuid[]) AS k",
        [keys],
    )
    client.execute(
        "INSERT INTO conversations (id, user_id) SELECT k, k FROM unnest(%s::uuid[]) AS k", [keys]
    )


def copy_vectors(client: Client, clusters: Clusters, rows: int, *, model: UUID, table: str) -> None:
    """Store so many embeddings, of conversations that are not there: they are only searched."""
    client.execute("SET session_replication_role = replica")  # no foreign keys, no triggers
    with client.cursor().copy(COPY.format(table=table)) as stream:
        for data in copy_stream(clusters, rows, model=model):
            stream.write(data)
    client.execute("RESET session_replication_role")


def fill(name: str, alias: str, clusters: Clusters, rows: int) -> None:
    """Fill the table of a migrated database, and build its index, unless that has been done."""
    model = EmbeddingModel.objects.using(alias).get(is_default=True)
    if model.dimension != clusters.dimension:
        model.dimension = clusters.dimension
        model.save(using=alias)
    with connect(name) as client:
        (there,) = client.execute("SELECT EXISTS (SELECT FROM conversation_embeddings)").fetchone()
        if not there:
            show_progress(f"storing {rows:,} vectors")
            # Words are not searched here, and take long to be taken apart.
            client.execute(
                "ALTER TABLE conversation_embeddings ALTER chunk_search DROP EXPRESSION IF EXISTS"
            )
            copy_vectors(client, clusters, rows, model=model.pk, table="conversation_embeddings")
            client.execute("VACUUM ANALYZE conversation_embeddings")
    build_index(
        model,
        ConversationEmbedding,
        using=alias,
        on_progress=lambda at: show_progress(f"building the index: {at.rows:,} of {rows:,}"),
    )
    connections[alias].close()

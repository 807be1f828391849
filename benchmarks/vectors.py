"""Made-up vectors that lie in clusters as those of texts do, and their stream for COPY.

Centres on the unit sphere and points around them: within a cluster the cosine is about .6, and the
noise has as many dimensions as the vector, which is harder for an index than texts are.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
BATCH = 20_000
NOISE = 0.8
WORDS = (
    "a about all also and answer as at because been but by can change code column could data day "
    "does each error every file find first for from function get give good has have how if in "
    "index into is it just keep know last like line list long look make many may message model "
    "more most name need new no not now number of on one only open or order other out over part "
    "people place query read result right row same search see server set should so some start "
    "still such table take test text than that the then there these they thing this time to two "
    "type under up use user value very want was way we what when where which who will with word "
    "work would write year you your"
).split()

Vectors = np.ndarray[Any, np.dtype[np.float32]]


class Clusters:
    """Centres, and points around them."""

    def __init__(self, *, dimension: int, clusters: int = 2_000, seed: int = 6) -> None:
        self.random = np.random.default_rng(seed)
        self.dimension = dimension
        self.centres = unit(self.random.standard_normal((clusters, dimension), dtype=np.float32))

    def points(self, count: int) -> Vectors:
        """Return so many points, each of a cluster of its own choice."""
        chosen = self.centres[self.random.integers(len(self.centres), size=count)]
        noise = self.random.standard_normal((count, self.dimension), dtype=np.float32)
        return unit(chosen + noise * np.float32(NOISE / self.dimension**0.5))


def unit(rows: Vectors) -> Vectors:
    """Return the rows with length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def passages(count: int, *, length: int = 600, seed: int = 6) -> list[bytes]:
    """Return texts of exactly so many characters."""
    random = np.random.default_rng(seed)
    words = np.array(WORDS)
    return [
        " ".join(random.choice(words, size=length // 2))[:length].encode() for _ in range(count)
    ]


def copy_stream(
    clusters: Clusters,
    rows: int,
    *,
    uuids: Sequence[tuple[str, Any]],
    users: Any,
    texts: Sequence[bytes],
    hashes: Sequence[bytes],
) -> Iterator[bytes]:
    """Yield COPY's binary format, of these columns in this order.

    The ``uuids`` (name and value of each: a key, or an array of the keys' bytes), ``user_id``,
    ``chunk_text``, ``content_hash``, ``embedding_vector``.
    """
    yield HEADER
    dimension = clusters.dimension
    length, digest = len(texts[0]), len(hashes[0])
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for name, _value in uuids:
        fields += [(f"{name}_size", ">i4"), (name, "V16")]
    fields += [("user_size", ">i4"), ("user", ">i8")]
    fields += [("text_size", ">i4"), ("text", f"S{length}")]
    fields += [("hash_size", ">i4"), ("hash", f"S{digest}")]
    fields += [("vector_size", ">i4"), ("dimension", ">i2"), ("unused", ">i2")]
    fields += [("vector", ">f4", (dimension,))]
    texts_array, hashes_array = np.array(texts), np.array(hashes)
    for start in range(0, rows, BATCH):
        size = min(BATCH, rows - start)
        batch = np.zeros(size, dtype=fields)
        batch["fields"] = len(uuids) + 4
        for name, value in uuids:
            batch[f"{name}_size"] = 16
            one = isinstance(value, UUID)
            batch[name] = np.void(value.bytes) if one else value[start : start + size]
        batch["user_size"], batch["user"] = 8, users[start : start + size]
        which = clusters.random.integers(len(texts), size=size)
        batch["text_size"], batch["text"] = length, texts_array[which]
        batch["hash_size"], batch["hash"] = digest, hashes_array[which]
        batch["vector_size"], batch["dimension"] = 4 + 4 * dimension, dimension
        batch["vector"] = clusters.points(size)
        yield batch.tobytes()
    yield TRAILER

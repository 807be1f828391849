"""How well searches find what answers a question: nDCG@10 over a collection that was judged.

    python -m benchmarks.retrieval_quality --cisi FOLDER

The model is the real all-MiniLM-L6-v2 (``benchmarks.minilm``); each text is one chunk. Vectors are
compared exactly, so what an approximate index costs is not in these figures.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import mean
from typing import Any

from django.db import connections

from benchmarks import cisi
from benchmarks.databases import ALIAS, connect, database
from benchmarks.measure import Finding, main, show_progress

DEPTH = 10
MODES = ("vector", "keyword", "hybrid")


def add_arguments(parser: ArgumentParser) -> None:
    """Take where the collection is."""
    parser.add_argument("--cisi", type=Path, required=True, help="the folder of the collection")
    parser.add_argument("--vectors", type=Path, help="a file that keeps the vectors (.npz)")


def run(options: Namespace) -> list[Finding]:
    """Search for every judged question, print the means, and return what they should be."""
    collection = cisi.read(options.cisi)
    texts, questions = vectors(collection, options.vectors)
    with database("quality") as name:
        documents = store(collection, texts)
        with connect(name) as client:
            client.execute("VACUUM (ANALYZE) knowledge_chunks")
        scores: dict[str, list[float]] = {mode: [] for mode in MODES}
        for number, vector in zip(collection.questions, questions, strict=True):
            for mode, values in scores.items():
                show_progress(f"question {number}: {mode}")
                keys = search(collection.questions[number], vector, mode)
                ranking = [documents[key] for key in keys]
                values.append(cisi.ndcg(ranking, collection.relevant[number], depth=DEPTH))
    show_progress("")
    print(f"\nnDCG@{DEPTH} of {len(questions)} questions, {len(texts):,} texts")
    means = {mode: mean(values) for mode, values in scores.items()}
    for mode, value in means.items():
        print(f"  {mode:<10} {value:.4f}")
    hybrid = means["hybrid"]
    return [
        Finding("CISI, nDCG@10 of hybrid search", [hybrid], at_least=0.408),
        Finding("  to that of vectors alone", [hybrid / means["vector"]], at_least=1),
        Finding("  to that of keywords alone", [hybrid / means["keyword"]], at_least=1),
    ]


def vectors(collection: cisi.Collection, path: Path | None) -> tuple[Any, Any]:
    """Return the vectors of the texts and of the questions, from a file that keeps them or anew."""
    import numpy as np  # noqa: PLC0415

    if path is None or not path.exists():
        texts = [f"{title}\n{text}" for title, text in collection.documents.values()]
        made = {"texts": embed(texts), "questions": embed(list(collection.questions.values()))}
        if path is None:
            return made["texts"], made["questions"]
        np.savez(path, **made)
    kept = np.load(path)
    return kept["texts"], kept["questions"]


def embed(texts: list[str]) -> Any:
    """Return the vectors of texts, by the real model."""
    import numpy as np  # noqa: PLC0415
    from fastembed import TextEmbedding  # noqa: PLC0415

    from benchmarks.minilm import MODEL, folder  # noqa: PLC0415

    model = TextEmbedding(MODEL, specific_model_path=str(folder()))
    return np.array(list(model.embed(texts, batch_size=16)), dtype=np.float32)


def store(collection: cisi.Collection, texts: Any) -> dict[Any, int]:
    """Store the texts as documents of one chunk; return the texts' numbers by the chunks' keys."""
    from assistant.embeddings.models import (  # noqa: PLC0415
        EmbeddingModel,
        KnowledgeChunk,
        KnowledgeDocument,
    )

    model = EmbeddingModel.objects.using(ALIAS).get(is_default=True)
    contents = [f"{title}\n{text}" for title, text in collection.documents.values()]
    documents = KnowledgeDocument.objects.using(ALIAS).bulk_create(
        KnowledgeDocument(title=title[:500] or "Untitled", content=content)
        for (title, _text), content in zip(collection.documents.values(), contents, strict=True)
    )
    chunks = KnowledgeChunk.objects.using(ALIAS).bulk_create(
        KnowledgeChunk(
            document=document,
            embedding_model=model,
            chunk_text=content,
            content_hash="0" * 64,
            start_offset=0,
            end_offset=len(content),
            embedding_vector=vector,
        )
        for document, content, vector in zip(documents, contents, texts, strict=True)
    )
    return {chunk.pk: number for chunk, number in zip(chunks, collection.documents, strict=True)}


def search(question: str, vector: Any, mode: str) -> list[Any]:
    """Return the keys of the best chunks, through the SQL of a search."""
    from assistant.embeddings.models import KnowledgeChunk  # noqa: PLC0415
    from assistant.embeddings.search.fusion import CANDIDATES, Part, fused_sql  # noqa: PLC0415
    from assistant.embeddings.search.keywords import keyword_sql  # noqa: PLC0415

    rows = KnowledgeChunk.objects.using(ALIAS)
    nearest = (
        "SELECT id, -(embedding_vector <=> %s::vector) FROM knowledge_chunks "
        f"ORDER BY embedding_vector <=> %s::vector, id LIMIT {CANDIDATES}"
    )
    text = "[" + ",".join(str(float(value)) for value in vector) + "]"
    legs = {
        "vector": Part("chunk", nearest, [text, text]),
        "keyword": Part("chunk", *keyword_sql(rows, question, limit=CANDIDATES)),
    }
    chosen = {leg: [part] for leg, part in legs.items() if mode in (leg, "hybrid")}
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(*fused_sql(chosen, limit=DEPTH))
        return [key for _kind, key, *_rest in cursor.fetchall()]


if __name__ == "__main__":
    main(run, add_arguments, __doc__)

"""How well searches find what answers a question: nDCG@10 over a collection that was judged.

    python -m benchmarks.retrieval_quality --cisi FOLDER

The model is the real all-MiniLM-L6-v2 (``benchmarks.minilm``); each text is one chunk. Vectors are
compared exactly: an index that finds nearly the same is no part of it.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks import cisi
from benchmarks.databases import ALIAS, connect, database
from benchmarks.measure import Finding, main, show_progress

DEPTH = 10
MODES = ("vector", "keyword", "hybrid")


def add_arguments(parser: ArgumentParser) -> None:
    """Take where the collection is."""
    parser.add_argument("--cisi", type=Path, required=True, help="the folder of the collection")
    parser.add_argument("--vectors", type=Path, help="a file that keeps the vectors (.npy)")


def run(options: Namespace) -> list[Finding]:
    """Search for every judged question, print the means, and return what they should be."""
    collection = cisi.read(options.cisi)
    with database("quality") as name:
        numbers = store(collection, options.vectors)
        with connect(name) as client:
            client.execute("TRUNCATE embedding_queue")  # all have their vectors
            client.execute("VACUUM (ANALYZE) knowledge_base, knowledge_chunks")
        scores: dict[str, list[float]] = {mode: [] for mode in MODES}
        for number, question in collection.questions.items():
            for mode, values in scores.items():
                show_progress(f"question {number}: {mode}")
                ranking = [numbers[key] for key in search(question, mode)]
                values.append(cisi.ndcg(ranking, collection.relevant[number], depth=DEPTH))
    show_progress("")
    print(f"\nnDCG@{DEPTH} of {len(collection.questions)} questions, {len(numbers):,} texts")
    means = {mode: mean(values) for mode, values in scores.items()}
    for mode, value in means.items():
        print(f"  {mode:<10} {value:.4f}")
    hybrid = means["hybrid"]
    return [
        Finding("CISI, nDCG@10 of hybrid search", [hybrid], at_least=0.408),
        Finding("  to that of vectors alone", [hybrid / means["vector"]], at_least=1),
        Finding("  to that of keywords alone", [hybrid / means["keyword"]], at_least=1),
    ]


def store(collection: cisi.Collection, path: Path | None) -> dict[Any, int]:
    """Store the texts as documents of one chunk; return their numbers by the documents' keys."""
    from assistant.embeddings.models import (  # noqa: PLC0415
        EmbeddingModel,
        KnowledgeChunk,
        KnowledgeDocument,
    )
    from benchmarks.minilm import folder  # noqa: PLC0415

    model = EmbeddingModel.objects.using(ALIAS).get(is_default=True)
    model.model_path = str(folder())
    model.save(update_fields=["model_path"])
    contents = [f"{title}\n{text}" for title, text in collection.documents.values()]
    documents = KnowledgeDocument.objects.using(ALIAS).bulk_create(
        KnowledgeDocument(title=content.partition("\n")[0][:500], content=content)
        for content in contents
    )
    KnowledgeChunk.objects.using(ALIAS).bulk_create(
        KnowledgeChunk(
            document=document,
            embedding_model=model,
            chunk_text=content,
            content_hash="0" * 64,
            start_offset=0,
            end_offset=len(content),
            embedding_vector=vector,
        )
        for document, content, vector in zip(
            documents, contents, vectors(model, contents, path), strict=True
        )
    )
    return {
        document.pk: number
        for document, number in zip(documents, collection.documents, strict=True)
    }


def vectors(model: Any, texts: list[str], path: Path | None) -> Any:
    """Return the vectors of the texts, from a file that keeps them or anew."""
    import numpy as np  # noqa: PLC0415

    from assistant.embeddings.backends import embed_texts, load_backend  # noqa: PLC0415

    if path is not None and path.exists():
        return np.load(path)
    made = np.array(list(embed_texts(load_backend(model), model, texts)), dtype=np.float32)
    if path is not None:
        np.save(path, made)
    return made


def search(question: str, mode: str) -> list[Any]:
    """Return the keys of the best documents."""
    from assistant.embeddings.search.searching import search as search_  # noqa: PLC0415

    hits = search_(question, user=None, sources=["documents"], mode=mode, limit=DEPTH, using=ALIAS)
    return [hit.source.pk for hit in hits]


if __name__ == "__main__":
    main(run, add_arguments, __doc__)

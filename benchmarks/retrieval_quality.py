"""How well searches find what answers a question, over collections that were judged.

    python -m benchmarks.retrieval_quality --cisi FOLDER --collection FOLDER --collection FOLDER

nDCG@10, recall@100 and the mean reciprocal rank of each mode. The model is the real
all-MiniLM-L6-v2 (``benchmarks.minilm``); each text is one chunk. Vectors are compared exactly: an
index that finds nearly the same is no part of it. What a folder holds is said in
``benchmarks.cisi`` and ``benchmarks.judged_collections``.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks import cisi, judged_collections
from benchmarks.databases import ALIAS, connect, database
from benchmarks.judged_collections import Collection, CollectionError
from benchmarks.measure import Finding, main, show_progress
from benchmarks.ranking_metrics import DEPTH, METRICS, measure

MODES = ("vector", "keyword", "hybrid")

# What hybrid search has to reach, by the collection's name.
TARGETS = {cisi.NAME: 0.431}

Means = Mapping[str, Mapping[str, float]]


def add_arguments(parser: ArgumentParser) -> None:
    """Take where the collections are."""
    parser.add_argument("--cisi", type=Path, metavar="FOLDER", help="CISI, as it is published")
    parser.add_argument(
        "--collection",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="docs.jsonl, queries.tsv and qrels.txt; may be given several times",
    )
    parser.add_argument("--vectors", type=Path, metavar="FOLDER", help="keeps the vectors (.npy)")
    parser.add_argument("--backend", help="a class that embeds, instead of the real model")


def run(options: Namespace) -> list[Finding]:
    """Measure one collection after another, print the means, return what they should be."""
    try:
        collections = list(collections_of(options))
    except CollectionError as error:
        sys.exit(str(error))
    if not collections:
        sys.exit("No collection is named: give --cisi FOLDER or --collection FOLDER.")
    found: list[Finding] = []
    for collection in collections:
        means = measured(collection, options)
        show(collection, means)
        found += findings(collection.name, means)
    return found


def collections_of(options: Namespace) -> Iterator[Collection]:
    """Read the collections."""
    if options.cisi:
        yield cisi.read(options.cisi)
    for folder in options.collection:
        yield judged_collections.read(folder)


def measured(collection: Collection, options: Namespace) -> Means:
    """Search for every question in every mode, and return each mode's means."""
    figures: dict[str, list[dict[str, float]]] = {mode: [] for mode in MODES}
    with database("quality") as name:
        ids = store(collection, options)
        with connect(name) as client:
            client.execute("TRUNCATE embedding_queue")  # all have their vectors
            client.execute("VACUUM (ANALYZE) knowledge_base, knowledge_chunks")
        for number, (key, question) in enumerate(collection.questions.items(), start=1):
            show_progress(f"{collection.name}: {number} of {len(collection.questions)} questions")
            for mode, values in figures.items():
                ranking = [ids[found] for found in search(question, mode)]
                values.append(measure(ranking, collection.grades[key]))
    show_progress("")
    return {
        mode: {metric: mean(value[metric] for value in values) for metric in METRICS}
        for mode, values in figures.items()
    }


def show(collection: Collection, means: Means) -> None:
    """Print the means of one collection."""
    asked, texts = len(collection.questions), len(collection.documents)
    print(f"\n{collection.name}: {asked:,} questions, {texts:,} texts")
    print(f"  {'':<10}{'nDCG@10':>12}{'recall@100':>12}{'MRR':>12}")
    for mode, figures in means.items():
        print(f"  {mode:<10}" + "".join(f"{figures[metric]:>12.4f}" for metric in METRICS))


def findings(name: str, means: Means) -> list[Finding]:
    """Return how good hybrid search is, and that it is better than either leg."""
    vector, keyword, hybrid = (means[mode]["ndcg@10"] for mode in MODES)
    better = max(vector, keyword)
    ratio = hybrid / better if better else 1.0
    return [
        Finding(
            f"{name}, nDCG@10 of hybrid search", [hybrid], at_least=TARGETS.get(name), decimals=3
        ),
        Finding("  to that of its better leg", [ratio], at_least=1, decimals=3),
    ]


def store(collection: Collection, options: Namespace) -> dict[Any, str]:
    """Store the texts as documents of one chunk; return their ids by the documents' keys."""
    from assistant.embeddings.models import KnowledgeChunk, KnowledgeDocument  # noqa: PLC0415

    model = model_of(options)
    contents = collection.contents
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
            documents, contents, vectors(model, contents, options.vectors), strict=True
        )
    )
    return {document.pk: key for document, key in zip(documents, collection.documents, strict=True)}


def model_of(options: Namespace) -> Any:
    """Return the default model, made ready."""
    from assistant.embeddings.models import EmbeddingModel  # noqa: PLC0415
    from benchmarks.minilm import folder  # noqa: PLC0415

    model = EmbeddingModel.objects.using(ALIAS).get(is_default=True)
    if options.backend:
        model.backend = options.backend
    else:
        model.model_path = str(folder())
    model.save(update_fields=["backend", "model_path"])
    return model


def vectors(model: Any, texts: list[str], folder: Path | None) -> Any:
    """Return the vectors of the texts, from a folder that keeps them or anew."""
    import numpy as np  # noqa: PLC0415

    from assistant.embeddings.backends import embed_texts, load_backend  # noqa: PLC0415

    kept = folder / f"{_digest(model, texts)}.npy" if folder else None
    if kept and kept.exists():
        return np.load(kept)
    made = np.array(embed_texts(load_backend(model), model, texts), dtype=np.float32)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, made)
    return made


def _digest(model: Any, texts: list[str]) -> str:
    return sha256("\0".join([model.backend, model.model_path or "", *texts]).encode()).hexdigest()


def search(question: str, mode: str) -> list[Any]:
    """Return the keys of the best documents."""
    from assistant.embeddings.search.searching import search as search_  # noqa: PLC0415

    hits = search_(question, user=None, sources=["documents"], mode=mode, limit=DEPTH, using=ALIAS)
    return [hit.source.pk for hit in hits]


if __name__ == "__main__":
    main(run, add_arguments, __doc__)

"""What the command ``evaluate_search`` takes."""

from argparse import BooleanOptionalAction

from django.core.management.base import CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

__all__ = ["MODES", "add_arguments"]

MODES = ("vector", "keyword", "hybrid")


def add_arguments(parser: CommandParser) -> None:
    """Take the files, how to search, and what to do with the figures."""
    parser.add_argument(
        "queries",
        metavar="QUERIES",
        help="questions: id<TAB>text, TREC topics or JSON lines; - is standard input",
    )
    parser.add_argument(
        "qrels",
        metavar="QRELS",
        help='judgements: "question iteration document grade" (TREC) or BEIR\'s tsv',
    )
    parser.add_argument(
        "--mode", action="append", choices=MODES, help="only this one; may be repeated"
    )
    parser.add_argument("--user", help="search as this user (default: everybody's)")
    parser.add_argument("--sources", help="messages,documents (default: both)")
    parser.add_argument("--tags", default="", help="only documents that have all: A,B")
    parser.add_argument("--model", help="search with this embedding model, by name")
    parser.add_argument(
        "--rerank",
        action=BooleanOptionalAction,
        default=None,
        help="rank the best hits again (default: as RERANKER of the setting ASSISTANT says)",
    )
    parser.add_argument(
        "--per-query", action="store_true", help="all questions, not only those that differ"
    )
    parser.add_argument(
        "--compare", metavar="NAME", help="with a stored evaluation: its name, key or latest"
    )
    parser.add_argument(
        "--run", metavar="PATH", help="write TREC run files, one a mode, into this folder"
    )
    parser.add_argument("--name", help="what to store it as (default: the queries' file)")
    parser.add_argument("--no-save", action="store_true", help="do not store the figures")
    parser.add_argument("--json", action="store_true", help="all of it as a JSON object")
    parser.add_argument(
        "--database",
        default=DEFAULT_DB_ALIAS,
        choices=list(connections),
        help="the alias of the database (default: %(default)s)",
    )

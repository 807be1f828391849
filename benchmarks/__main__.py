"""Run all benchmarks as their targets are set, and print one table of their ratios."""

from argparse import ArgumentParser, Namespace

from benchmarks import (
    admin_pages,
    adopt_database,
    change_model,
    concurrent_writers,
    copy_messages,
    embedding_throughput,
    filtered_search,
    hybrid_search,
    ingest_messages,
    keyword_search,
    load_vectors,
    long_conversation,
    migrate,
)
from benchmarks.databases import facts, set_up_django
from benchmarks.measure import Finding, at_least_one, show_findings

MODULES = (
    copy_messages,
    long_conversation,
    ingest_messages,
    concurrent_writers,
    migrate,
    admin_pages,
    adopt_database,
    embedding_throughput,
    keyword_search,
    hybrid_search,
    load_vectors,
    filtered_search,
    change_model,
)


def main(arguments: list[str] | None = None) -> None:
    """Run one after another."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=at_least_one, default=5)
    given = parser.parse_args(arguments)
    set_up_django()
    print(facts())
    findings: list[Finding] = []
    for module in MODULES:
        own = ArgumentParser()
        module.add_arguments(own)
        findings += module.run(own.parse_args([], namespace=Namespace(rounds=given.rounds)))
    show_findings(findings)


if __name__ == "__main__":
    main()

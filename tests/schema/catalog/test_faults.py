"""Every fault is named, and the statements that are to mend it do."""

import re

import pytest

from assistant.schema.catalog.verifying import verify
from tests.schema.catalog import faults

# What a way out says to run, where a transaction may not run it as it is.
TO_RUN = re.compile(r"\bRun ([A-Z].*;)", re.DOTALL)


def run(live, statement):
    with live.cursor() as cursor:
        cursor.execute(statement)


def lines(live):
    return [str(each) for each in verify(live).differences]


def mended(live, differences):
    """Run what the differences say; return whether there was anything."""
    found = [match[1] for each in differences if (match := TO_RUN.search(each.way_out))]
    for statements in found:
        run(live, statements.replace(" CONCURRENTLY", ""))
    return len(found)


@pytest.mark.parametrize("fault", faults.ALONE, ids=lambda each: each.statement[:60])
def test_a_fault_has_one_line(live, fault):
    assert lines(live) == []

    run(live, fault.statement)

    [difference] = verify(live).differences
    assert str(difference).startswith(fault.says[0].partition(":")[0])
    assert [text for text in fault.says if text not in str(difference)] == []
    assert difference.level == "difference"
    if mended(live, [difference]):
        assert lines(live) == []


@pytest.mark.parametrize("fault", faults.SINCE_18, ids=lambda each: each.statement[:60])
def test_a_fault_that_newer_servers_make_possible(live, fault):
    if live.pg_version < 180000:
        pytest.skip("Before PostgreSQL 18 there is no such thing.")
    test_a_fault_has_one_line(live, fault)


@pytest.mark.parametrize("fault", faults.SEVERAL, ids=lambda each: each.statement[:60])
def test_a_fault_with_consequences(live, fault):
    assert lines(live) == []

    run(live, fault.statement)

    found = lines(live)
    assert [text for text in fault.says if not any(text in line for line in found)] == []


def test_there_are_enough():
    assert len({each.statement for each in faults.ALONE + faults.SEVERAL}) >= 50

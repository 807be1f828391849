"""Long series of random statements: the statistics equal a recount after each."""

import pytest

from tests.contract.databases import connect
from tests.conversations.statistics.recount import differences
from tests.conversations.statistics.writes import RARE, Writer


@pytest.mark.parametrize("seed", range(4))
def test_statistics_equal_a_recount_after_every_statement(committed: str, seed: int) -> None:
    with connect(committed) as client:
        writer = Writer(client, seed)
        rare = dict.fromkeys(RARE, 0)
        most = 0

        for name in writer.plan(30):
            if name in rare:  # what empties the tables comes once in ten times
                rare[name] += 1
                if rare[name] % 10:
                    continue
            writer.run(name)
            assert differences(client) == [], f"after {writer.done[-4:]}"
            most = max(most, client.execute("SELECT FROM messages").rowcount)

        client.commit()
        assert differences(client) == []
        assert most > 20

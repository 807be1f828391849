"""How far an evaluation is."""

import pytest

from assistant.embeddings.evaluation import progress
from assistant.embeddings.evaluation.progress import Progress


def test_a_line_comes_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0, 4, 6, 8, 12, 20])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    lines: list[str] = []
    show = Progress(lines.append, total=1_000)

    for done in (1, 100, 200, 300, 1_000):
        show(done)

    assert lines == ["100 of 1,000 questions; 54 s to go", "300 of 1,000 questions; 28 s to go"]

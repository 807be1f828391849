"""How durations are written."""

import pytest
from django.utils import translation

from assistant.db.admin.durations import duration


@pytest.mark.parametrize(
    "seconds, text",
    [
        pytest.param(None, None, id="unknown"),
        pytest.param(0.0, "0 s", id="zero"),
        pytest.param(0.0000123, "0.0000123 s", id="tiny"),
        pytest.param(10 / 3, "3.33 s", id="fraction"),
        pytest.param(41.76, "41.8 s", id="tens"),
        pytest.param(999.6, "1,000 s", id="rounded-up"),
        pytest.param(1234.5, "1,234 s", id="thousands"),
        pytest.param(1e300, "1e+300 s", id="absurd"),
    ],
)
def test_a_duration_is_written_for_people(seconds: float | None, text: str | None) -> None:
    assert duration(seconds) == text


def test_a_duration_is_written_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert duration(10 / 3) == "3,33 s"

"""Where the package is and what comes with it."""

import os
from pathlib import Path

import assistant


def test_the_package_is_the_installed_one() -> None:
    package = Path(os.environ["PYTHONPATH"].split(os.pathsep)[-1])

    assert Path(assistant.__file__) == package / "assistant" / "__init__.py"

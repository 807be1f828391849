"""Why a file is no document; without Django, for the process that reads."""

__all__ = ["EmptyFile", "MissingLibrary", "NotText", "Unreadable"]


class Unreadable(Exception):
    """A file that cannot be read, with the reason in one line."""


class EmptyFile(Unreadable):
    """A file that holds no text."""


class NotText(Unreadable):
    """A file that holds something else than text."""


class MissingLibrary(Unreadable):
    """A file whose format needs a library that is not installed."""

    def __init__(self, formats: str) -> None:
        super().__init__(
            f"{formats} need a library that is not installed: "
            'pip install "django-ai-assistant-backend[documents]"'
        )

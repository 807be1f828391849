"""Why a file is no document; without Django, for the process that reads."""

__all__ = ["EmptyFileError", "MissingLibraryError", "NotTextError", "UnreadableError"]


class UnreadableError(Exception):
    """A file that cannot be read, with the reason in one line."""


class EmptyFileError(UnreadableError):
    """A file that holds no text."""


class NotTextError(UnreadableError):
    """A file that holds something else than text."""


class MissingLibraryError(UnreadableError):
    """A file whose format needs a library that is not installed."""

    def __init__(self, formats: str) -> None:
        super().__init__(
            f"{formats} need a library that is not installed: "
            'pip install "django-ai-assistant-backend[documents]"'
        )

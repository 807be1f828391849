"""What commands print, as a log."""

import io
import logging

__all__ = ["LogLines"]

logger = logging.getLogger("assistant.schema")


class LogLines(io.TextIOBase):
    """Hands each whole line to the logger ``assistant.schema``, at level INFO."""

    def __init__(self) -> None:
        self._line = ""

    def write(self, text: str) -> int:
        """Log the lines that are complete."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._log(line)
        return len(text)

    def close(self) -> None:
        """Log what is left."""
        self._log(self._line)
        self._line = ""
        super().close()

    def _log(self, line: str) -> None:
        if line.strip():
            logger.info(line.strip())

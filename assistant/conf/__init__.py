"""The ``ASSISTANT`` setting of the host's project, read on access.

    ASSISTANT = {"LIST_PAGE_SIZE": 100}

Everything is optional; :class:`AssistantSettings` is the list of what there is.
"""

from collections.abc import Iterator
from typing import Any

from assistant.conf.declarations import DictSetting, Setting, configured

__all__ = ["AssistantSettings", "DictSetting", "Setting", "conf", "configured"]


class AssistantSettings:
    """What a host can set, with the defaults."""

    LIST_PAGE_SIZE = Setting(50, "Rows on one page of a list in the admin.")
    LIST_MAX_ROWS = Setting(
        10_000,
        "How many rows of a list the admin counts and pages through; filters reach the others.",
    )
    SEARCH_MAX_ROWS = Setting(200, "How many rows a search in the admin lists, the newest.")
    THREAD_PAGE_SIZE = Setting(50, "Messages on one page of a conversation.")
    THREAD_FOLD_LENGTH = Setting(1_500, "Characters of a message that are shown unfolded.")
    THREAD_MAX_LENGTH = Setting(
        10_000, "Characters of a message that a conversation's page shows at all."
    )
    SEARCH_EXCERPT_LENGTH = Setting(
        20_000, "Characters of a found text in which the admin looks for the words to highlight."
    )
    MAX_FORM_BYTES = Setting(
        1024 * 1024, "Bytes of one column that an admin page shows for editing and takes back."
    )
    SECRET_NAMES = Setting(
        (
            "api_key",
            "apikey",
            "access_key",
            "private_key",
            "secret",
            "token",
            "password",
            "passwd",
            "passphrase",
            "credential",
            "credentials",
            "authorization",
            "dsn",
        ),
        "Words in the name of a setting, or of a key of JSON, whose value the admin masks.",
    )

    INGEST_MAX_BYTES = Setting(
        20 * 1024 * 1024, "Bytes of a file, and of the text in it, that becomes a document."
    )
    INGEST_MAX_SECONDS = Setting(60, "Seconds that reading one PDF, Office or HTML file may take.")
    EMBED_BATCH_ROWS = Setting(128, "Texts that a worker of the embedding queue takes at a time.")
    EMBED_BATCH_BYTES = Setting(
        1_000_000, "Bytes of texts that such a worker takes at a time; a longer text comes alone."
    )
    EMBED_LEASE = Setting(
        300, "Seconds after which others take what a worker has taken and not finished."
    )
    EMBED_ATTEMPTS = Setting(
        5,
        "How often a text that fails is tried, at growing intervals, before it is left alone.",
    )
    EMBED_INDEX_ROWS = Setting(
        10_000, "From how many vectors on a worker builds a model's index where there is none."
    )
    RERANKER = DictSetting(
        "The cross-encoder by which a search orders its best hits again; empty for none.",
        keys={
            "backend": str,
            "model": str,
            "model_path": str,
            "base_url": str,
            "api_key_env": str,
            "candidates": int,
            "timeout": float,
            "options": dict,
        },
        needs=("backend",),
    )

    RECORD_SEARCHES = Setting(
        "off",
        "What is recorded of each search: nothing, or mode, hits, scores and latency with a hash "
        "of the question or with its text.",
        choices=("off", "hash", "text"),
    )
    # Of more days there are no times.
    RECORD_DAYS = Setting(30, "Days after which a recorded search is deleted.", maximum=100_000)

    MIGRATE_ON_START = Setting(
        "off",
        "What `assistant.schema.startup.bring_up_to_date()` does about migrations that are not "
        "applied: applies them, refuses to start, or does not look.",
        choices=("apply", "check", "off"),
    )
    MIGRATE_DATABASES = Setting(("default",), "The databases that a start looks at.")
    MIGRATE_WAIT = Setting(
        600, "Seconds that `migrate` waits for another one, and for tables that are in use."
    )
    MIGRATE_LOCK_TIMEOUT = Setting(
        2,
        "Seconds that a statement of a migration waits for a table before it lets those behind it "
        "go first and tries again later.",
    )
    DATABASE_WAIT = Setting(30, "Seconds that a start waits for a database that does not answer.")

    def __iter__(self) -> Iterator[Setting[Any]]:
        """Yield the settings there are, in order."""
        return (item for item in vars(type(self)).values() if isinstance(item, Setting))


conf = AssistantSettings()

"""Index classes that allow PostgreSQL's 63-character names.

Django stops at 30, the limit of another database; the names of the SQL files are longer.
"""

from django.contrib.postgres.indexes import GinIndex as DjangoGinIndex
from django.db import models

__all__ = ["GinIndex", "Index"]

POSTGRESQL_NAME_LENGTH = 63


class Index(models.Index):
    """A B-tree index whose name may have up to 63 characters."""

    max_name_length = POSTGRESQL_NAME_LENGTH


class GinIndex(DjangoGinIndex):
    """A GIN index whose name may have up to 63 characters."""

    max_name_length = POSTGRESQL_NAME_LENGTH

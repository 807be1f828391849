"""Index classes that allow PostgreSQL's 63-character names.

Django stops at 30, the limit of another database; the names of the SQL files are longer.
"""

from typing import Any

from django.contrib.postgres.indexes import GinIndex as DjangoGinIndex
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate, Upper
from django.db.models.indexes import IndexExpression

__all__ = ["GinIndex", "Index", "PrefixIndex"]

POSTGRESQL_NAME_LENGTH = 63

# What django.contrib.postgres does where it is installed: without it, an operator class ends up
# inside the parentheses of the expression.
IndexExpression.register_wrappers(OrderBy, OpClass, Collate)


class Index(models.Index):
    """A B-tree index whose name may have up to 63 characters."""

    max_name_length = POSTGRESQL_NAME_LENGTH


class GinIndex(DjangoGinIndex):
    """A GIN index whose name may have up to 63 characters."""

    max_name_length = POSTGRESQL_NAME_LENGTH


class PrefixIndex(Index):
    """A B-tree index for the beginnings of a text in any case.

    It serves Django's ``istartswith``, which compares ``UPPER(column)``, under any collation.
    """

    def __init__(self, field: str, *, name: str) -> None:
        super().__init__(OpClass(Upper(field), name="text_pattern_ops"), name=name)
        self.field = field

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Return the arguments that make the same index again."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, (self.field,), {"name": self.name}

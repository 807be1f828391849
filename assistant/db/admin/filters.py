"""List filters whose cost does not grow with the table."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import FieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db import connections, models, router
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

__all__ = ["ExactFilter", "IndexedValuesFilter", "LinkedObjectFilter", "indexed_values"]

MAX_VALUES = 50


class ExactFilter(FieldListFilter):
    """A filter by one exact value of a column."""

    def __init__(
        self,
        field: "models.Field[Any, Any]",
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[models.Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        self.parameter = f"{field_path}__exact"
        values = params.get(self.parameter)
        self.value: str | None = values[-1] if values else None
        super().__init__(field, request, params, model, model_admin, field_path)

    def expected_parameters(self) -> list[str | None]:
        """Name the parameter in the query string."""
        return [self.parameter]

    def _all(self, changelist: Any) -> dict[str, Any]:
        return {
            "selected": self.value is None,
            "query_string": changelist.get_query_string(remove=[self.parameter]),
            "display": _("All"),
        }

    def _choice(self, changelist: Any, value: str, label: Any) -> dict[str, Any]:
        return {
            "selected": self.value == value,
            "query_string": changelist.get_query_string({self.parameter: value}),
            "display": label,
        }


class IndexedValuesFilter(ExactFilter):
    """The values of an indexed column, found by one step through the index for each.

    Django's own filter runs ``SELECT DISTINCT``, which reads the whole table. At most the first
    50 values are offered.
    """

    def __init__(
        self,
        field: "models.Field[Any, Any]",
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[models.Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        self.values = indexed_values(model, field)
        if self.value is not None and self.value not in self.values:
            self.values.append(self.value)

    def has_output(self) -> bool:
        """Offer the filter where there is something to choose."""
        return len(self.values) > 1 or self.value is not None

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield "All" and each value."""
        yield self._all(changelist)
        for value in self.values:
            yield self._choice(changelist, value, value or _("(empty)"))


def indexed_values(model: type[models.Model], field: "models.Field[Any, Any]") -> list[str]:
    """Return the first 50 values of an indexed column."""
    connection = connections[router.db_for_read(model)]
    table = connection.ops.quote_name(model._meta.db_table)
    column = connection.ops.quote_name(str(field.column))
    # A "loose index scan"; lazy, so that LIMIT ends the recursion.
    sql = f"""
        WITH RECURSIVE found (value) AS (
            SELECT min({column}) FROM {table}
            UNION ALL
            SELECT (SELECT min({column}) FROM {table} WHERE {column} > found.value)
            FROM found WHERE found.value IS NOT NULL
        )
        SELECT value FROM found WHERE value IS NOT NULL LIMIT %s
    """  # noqa: S608 (names of our own models)
    with connection.cursor() as cursor:
        cursor.execute(sql, [MAX_VALUES])
        return [value for (value,) in cursor.fetchall()]


class LinkedObjectFilter(ExactFilter):
    """The one object that a link from another page filters by; not offered otherwise.

    Django's own filter would offer every object there is.
    """

    def has_output(self) -> bool:
        """Show the filter only while it is used."""
        return self.value is not None

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """Keep what belongs to the object."""
        if self.value is None:
            return queryset
        target: Any = self.field.target_field  # type: ignore[attr-defined]
        try:
            key = target.to_python(self.value)
        except ValidationError as error:
            raise IncorrectLookupParameters(error) from error
        return queryset.filter(**{self.field_path: key})

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield "All" and the object's key."""
        yield self._all(changelist)
        if self.value is not None:
            yield self._choice(changelist, self.value, self.value)

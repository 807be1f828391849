"""Model fields whose values the database makes, guards or keeps to itself."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import SearchConfig, SearchVectorExact
from django.db import models
from django.db.models.expressions import Col, DatabaseDefault
from django.utils.functional import cached_property

from assistant.db.expressions import RandomUUID, TransactionNow
from assistant.db.forms import JSONFormField
from assistant.db.validators import validate_json, validate_json_object

__all__ = [
    "JSONField",
    "JSONObjectField",
    "KeyField",
    "NumericField",
    "SearchVectorField",
    "TimestampField",
    "UUIDField",
]


# The text search configuration that the stored vectors are made with.
CONFIGURATION = "english"


class DatabaseMadeMixin(models.Field):
    """Leave a missing value to the column's default in the database.

    A bare ``db_default`` puts an expression object into unsaved instances: keys of two unsaved
    rows compare equal, ``bulk_create`` leaves no key behind, and an admin page with inlines fails.
    Here an unsaved instance holds None and the INSERT says DEFAULT.
    """

    _db_default_expression: models.Expression  # Django's
    own_default: str  # the keyword that the subclass gives another default

    def get_default(self) -> None:
        """Return None: the database makes the value."""
        return None

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Name the keyword even where it has Django's default, which is not ours."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, self.own_default: getattr(self, self.own_default)}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Ask for the column's default where a new row brings no value."""
        value = super().pre_save(model_instance, add)
        if value is None and add:
            return DatabaseDefault(self._db_default_expression, output_field=self)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Say DEFAULT for None in fixtures, too, which are saved without asking `pre_save`."""
        if value is None:
            return DatabaseDefault(self._db_default_expression, output_field=self)
        return super().get_db_prep_save(value, connection)


class UUIDField(DatabaseMadeMixin, models.UUIDField):
    """A uuid key made by the database, so that COPY and psql get one too."""

    own_default = "editable"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", RandomUUID())
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


class TimestampField(DatabaseMadeMixin, models.DateTimeField):
    """A point in time that defaults to the transaction's, on the database's clock."""

    own_default = "blank"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", TransactionNow())
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


class KeyField(models.CharField):
    """A text primary key without Django's second, ``varchar_pattern_ops`` index.

    Django adds that index to every unique column whose type reads ``varchar(…)``; the SQL
    standard's spelling is the same type to PostgreSQL.
    """

    def db_type(self, connection: Any) -> str:
        """Return the type in full words."""
        return f"character varying({self.max_length})"


class NumericField(models.DecimalField):
    """A ``numeric`` of any precision, for exact sums."""

    def db_type(self, connection: Any) -> str:
        """Return the type without a precision."""
        return "numeric"

    def check(self, **kwargs: Any) -> list[Any]:
        """Skip the checks of a precision, which this field does not have."""
        return models.Field.check(self, **kwargs)


class JSONField(models.JSONField):
    """A jsonb column that refuses, as a field error, what jsonb cannot hold.

    Python's ``json`` lets NaN, NUL characters, lone surrogates and any nesting through;
    PostgreSQL does not.
    """

    default_validators = [validate_json]
    # Without this an empty object or text counts as "no value" and a required field refuses it.
    empty_values = [None]

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Refuse first what Django's own check, which writes it as JSON, would trip over."""
        validate_json(value)
        super().validate(value, model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        """Return a form field that keeps ``{}`` and points at the place of a mistake."""
        defaults: dict[str, Any] = {"form_class": JSONFormField}
        if self.has_default() and not self.null:
            defaults["when_empty"] = self.get_default
        return super().formfield(**{**defaults, **kwargs})


class JSONObjectField(JSONField):
    """A jsonb column that holds objects only, ``{}`` unless told otherwise.

    The table has a :func:`~assistant.db.constraints.json_object_check` beside it.
    """

    default_validators = [validate_json, validate_json_object]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Name ``blank`` even where it has Django's default, which is not ours."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "blank": self.blank}


class SearchVectorField(models.Field):
    """A stored, generated ``tsvector`` that can be filtered and ranked by, and nothing else.

    The vector of a large document takes 900 kB, so it must never be fetched by accident. To
    Django the field has no column: no SELECT lists it, no INSERT returns it, no instance has it.
    Queries that name it (``filter(content_search=SearchQuery(…))``, ``F("content_search")``) read
    the column, which a migration's SQL file adds under the field's own name.
    """

    # Django's word for "never written by clients": left out of validation and of saving. What
    # the validation of constraints then asks for has no use here: the column is the database's.
    generated = True
    expression = models.Value(None)
    output_field = models.TextField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        kwargs["serialize"] = False
        super().__init__(*args, **kwargs)

    @cached_property
    def stored_column(self) -> models.Field:
        """Return a stand-in that has the column which this field hides."""
        column = models.Field()
        column.set_attributes_from_name(self.name)
        column.model = self.model
        return column

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Leave out what every instance has."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        kwargs.pop("serialize", None)
        return name, path, args, kwargs

    def get_attname_column(self) -> tuple[str, None]:
        """Return no column, as Django's other virtual fields do."""
        return self.get_attname(), None

    def db_type(self, connection: Any) -> None:
        """Return None: the schema editor makes no column for this field."""
        return None

    def get_col(self, alias: str, output_field: models.Field | None = None) -> Any:
        """Return the reference that queries compile."""
        column: Any = Col(alias, self.stored_column, output_field or self)
        # For queries given as plain text, which the server's default might read otherwise.
        column.config = SearchConfig(CONFIGURATION)
        return column

    @property
    def cached_col(self) -> Any:
        """Return the reference through the model's own table."""
        return self.get_col(self.model._meta.db_table)


SearchVectorField.register_lookup(SearchVectorExact)

"""What the tables hold, at a glance: one query for all of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.admin import AdminSite
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from assistant.conf import conf
from assistant.db.admin.counts import SQL, about, count_up_to, estimate, fetch, scalar
from assistant.db.expressions import TransactionNow

__all__ = ["Card", "Overview", "overview_cards"]

# Nothing was stored earlier, and Python cannot hold what PostgreSQL can: years BC, infinity.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class Overview(NamedTuple):
    """How a table shows in the overview; its admin class has one as ``overview``.

    ``activity`` names an indexed column of timestamps, the latest of which is shown.
    """

    order: int
    activity: str = ""
    activity_text: Any = gettext_lazy("last change")


class Card(NamedTuple):
    """One table of the overview, as its template needs it."""

    model: type[models.Model]
    title: str
    url: str | None
    number: str
    is_empty: bool
    activity: datetime | None
    activity_text: Any


class Listed(NamedTuple):
    """A table that the overview is about to ask for."""

    overview: Overview
    model: type[models.Model]
    rows: models.QuerySet[Any]

    @property
    def using(self) -> str:
        """Name the database."""
        return self.rows.db


def overview_cards(
    site: AdminSite, request: HttpRequest, defaults: Mapping[type[models.Model], Overview]
) -> list[Card]:
    """Return what the user may view, in order, with one query for each database.

    ``defaults`` are the tables to show whose admin class says nothing, such as the host's users.
    """
    listed = sorted(_listed(site, request, defaults), key=attrgetter("using"))
    cards: list[tuple[Overview, Card]] = []
    for using, tables in groupby(listed, attrgetter("using")):
        cards += _fetch_cards(site, using, list(tables))
    return [card for _overview, card in sorted(cards, key=lambda pair: pair[0].order)]


def _listed(
    site: AdminSite, request: HttpRequest, defaults: Mapping[type[models.Model], Overview]
) -> Iterator[Listed]:
    for model in apps.get_models():
        if not site.is_registered(model):
            continue
        model_admin = site.get_model_admin(model)
        overview = getattr(model_admin, "overview", None) or defaults.get(model)
        if (
            overview
            and model_admin.has_module_permission(request)
            and model_admin.has_view_or_change_permission(request)
        ):
            # The admin's own rows: a host may show each user some of them.
            yield Listed(overview, model, model_admin.get_queryset(request))


def _fetch_cards(
    site: AdminSite, using: str, tables: list[Listed]
) -> Iterator[tuple[Overview, Card]]:
    limit = conf.LIST_MAX_ROWS
    expressions: list[SQL] = []
    for overview, _model, rows in tables:
        expressions += (count_up_to(rows, limit), estimate(rows), _latest(rows, overview))
    values = fetch(using, expressions)
    for table, start in zip(tables, range(0, len(values), 3), strict=True):
        counted, estimated, activity = values[start : start + 3]
        card = Card(
            model=table.model,
            title=capfirst(str(table.model._meta.verbose_name_plural)),
            url=_list_url(site, table.model),
            number=about(counted, estimated, limit),
            is_empty=counted == 0,
            activity=activity,
            activity_text=table.overview.activity_text,
        )
        yield table.overview, card


def _latest(rows: models.QuerySet[Any], overview: Overview) -> SQL:
    if not overview.activity:
        return "NULL", ()
    column = overview.activity
    readable = {f"{column}__gte": EARLIEST, f"{column}__lte": TransactionNow()}
    return scalar(rows.filter(**readable).order_by(f"-{column}").values(column)[:1])


def _list_url(site: AdminSite, model: type[models.Model]) -> str | None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    try:
        return reverse(name, current_app=site.name)
    except NoReverseMatch:
        return None

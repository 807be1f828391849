"""Middleware that the host may list."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

__all__ = ["RequestLimitMiddleware"]


class RequestLimitMiddleware(MiddlewareMixin):
    """Answer a form that is too large with a page that names the limit and the way out.

    List it first: Django's protection against forged requests reads the form before any view
    does, and what it then raises ends as an empty page with status 400.
    """

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Read the form where that protection is about to do so."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        try:
            request.POST  # noqa: B018 (reads and parses the body)
        except RequestDataTooBig:
            return _too_large(
                _("The form holds more than %(limit)s bytes"),
                "DATA_UPLOAD_MAX_MEMORY_SIZE",
                _("Store large texts through SQL or Django's ORM"),
            )
        except TooManyFieldsSent:
            return _too_large(
                _("The form holds more than %(limit)s values"),
                "DATA_UPLOAD_MAX_NUMBER_FIELDS",
                _("Choose less at once"),
            )
        except TooManyFilesSent:
            return _too_large(
                _("The form holds more than %(limit)s files"),
                "DATA_UPLOAD_MAX_NUMBER_FILES",
                _("Choose less at once"),
            )
        return None


def _too_large(problem: str, setting: str, way_out: str) -> HttpResponse:
    limit = number_format(getattr(settings, setting), force_grouping=True)
    return HttpResponse(
        format_html(
            "<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>"
            "<p>{problem}. {nothing}</p><p>{way_out}</p></body></html>",
            title=_("Too large"),
            problem=problem % {"limit": limit},
            nothing=_("Nothing was saved."),
            way_out=_("%(way_out)s, or raise the setting %(setting)s.")
            % {"way_out": way_out, "setting": setting},
        ),
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )

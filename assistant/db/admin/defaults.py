"""One row of a table is the default; an action switches."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.db.admin.forms import TableForm
from assistant.db.admin.lists import ListMixin

__all__ = ["DefaultForm", "DefaultMixin"]

# The button on a row's page, beside "Save".
BUTTON = "_make_default"


class DefaultForm(TableForm):
    """The form of a row that may become the default.

    The row itself is stored as any other; what makes it the default comes after.
    """

    becomes_default = False

    def clean(self) -> dict[str, Any] | None:
        """Keep the default away from the row."""
        cleaned = super().clean()
        self.becomes_default = bool(self.cleaned_data.pop("is_default", False))
        self.becomes_default |= BUTTON in self.data
        self.check_default()
        return cleaned

    def check_default(self) -> None:
        """Refuse what cannot be the default, before anything is stored."""


class DefaultMixin(ListMixin):
    """Switches the default by an action, a button or, for a new row, a checkbox."""

    form: type[forms.ModelForm] = DefaultForm
    actions = ("make_default",)

    def set_default(self, obj: Any) -> list[Any]:
        """Make a row the default and return those that were."""
        raise NotImplementedError

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show, on the page of a stored row, whether it is the default."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "is_default"] if obj else fields

    @admin.display(description=gettext_lazy("default"), ordering="is_default")
    def default_mark(self, obj: Any) -> str:
        """Mark the default in a list."""
        return format_html("<strong>{}</strong>", _("✔ Default")) if obj.is_default else ""

    @admin.action(description=gettext_lazy("Make default"), permissions=["change"])
    def make_default(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Make the chosen row the default."""
        # As many rows as it takes to know that it is not one.
        chosen = list(queryset.order_by()[:2])
        if len(chosen) == 1:
            self._switch(request, chosen[0])
            return
        self.message_user(
            request,
            _("Choose exactly one row: there is one default %(kind)s.")
            % {"kind": self.opts.verbose_name},
            messages.WARNING,
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Switch once the row is stored."""
        super().save_related(request, form, formsets, change)
        if getattr(form, "becomes_default", False):  # a host's form may be another
            self._switch(request, form.instance)

    def _switch(self, request: HttpRequest, obj: Any) -> None:
        was_default = obj.is_default
        try:
            former = self.set_default(obj)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return
        except ObjectDoesNotExist:
            text = _("It was deleted meanwhile, so the default stays what it was.")
            self.message_user(request, text, messages.ERROR)
            return
        if was_default and not former:
            text = _("“%(name)s” is the default already.")
            self.message_user(request, text % {"name": self.label(obj)}, messages.INFO)
            return
        self.log_change(request, obj, _("Made the default."))
        for row in former:
            self.log_change(request, row, _("No longer the default."))
        text = _("“%(name)s” is the default now.") % {"name": self.label(obj)}
        self.message_user(request, text, messages.SUCCESS)

    def response_change(self, request: HttpRequest, obj: models.Model) -> HttpResponse:
        """Stay on the page after the button."""
        if BUTTON in request.POST:
            data = request.POST.copy()
            data["_continue"] = "1"
            request.POST = data  # type: ignore[assignment]
        return super().response_change(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Say so where no default is left."""
        keys = queryset.order_by().values("pk")
        was_default = self.model._base_manager.filter(pk__in=keys, is_default=True).exists()
        super().delete_queryset(request, queryset)
        if was_default:
            self.message_user(
                request,
                _("There is no default %(kind)s now. Choose one and make it the default.")
                % {"kind": self.opts.verbose_name},
                messages.WARNING,
            )

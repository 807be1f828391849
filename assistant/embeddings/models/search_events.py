"""What became of a search's hits."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.fields import TimestampField
from assistant.embeddings.models.searches import SearchRecord


class SearchEvent(models.Model):
    """A hit that somebody opened or rated."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        RATED = "rated", _("rated")

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(
        SearchRecord,
        on_delete=models.CASCADE,
        verbose_name=_("search"),
        related_name="events",
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
    )
    source = models.UUIDField(
        _("source"), help_text=_("The key of the message, document or conversation.")
    )
    chunk = models.UUIDField(_("chunk"), blank=True, null=True)
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    rating = models.SmallIntegerField(
        _("rating"),
        blank=True,
        null=True,
        validators=[MinValueValidator(0), MaxValueValidator(3)],
        help_text=_("From 0, of no use, to 3, the very answer."),
    )
    rank = models.IntegerField(
        _("place"), validators=[MinValueValidator(1)], help_text=_("Among the hits, from 1.")
    )
    created_at = TimestampField(_("created at"), editable=False)

    class Meta:
        db_table = "search_events"
        verbose_name = _("event of a search")
        verbose_name_plural = _("events of searches")
        constraints = [
            # A search's events; the cascade from searches.
            models.UniqueConstraint(
                fields=["record", "source", "chunk", "kind"],
                name="search_events_record_id_source_chunk_kind_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(kind="opened", rating=None)
                | models.Q(kind="rated", rating__isnull=False, rating__range=(0, 3)),
                name="search_events_rating_check",
                violation_error_message=_(
                    "What is opened has no rating; what is rated has one from 0 to 3."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(rank__gte=1),
                name="search_events_rank_check",
                violation_error_message=_("Places are counted from 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"

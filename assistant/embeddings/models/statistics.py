"""What ranking by words needs to know of all passages: how many there are, and who holds a word."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.constraints import not_negative_check
from assistant.db.fields import TimestampField
from assistant.embeddings.models.embedding_models import EmbeddingModel

SOURCES = [("messages", _("messages")), ("documents", _("documents"))]


def _model_key() -> Any:
    return models.ForeignKey(
        EmbeddingModel,
        on_delete=models.DO_NOTHING,  # a model that is deleted has no passages left to count
        verbose_name=_("embedding model"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )


def _source() -> Any:
    return models.CharField(_("source"), max_length=20, choices=SOURCES)


def _source_check(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(source__in=["messages", "documents"]),
        name=f"{table}_source_check",
        violation_error_message=_("The source is one of messages and documents."),
    )


class ByModelManager(models.Manager[Any]):
    """Finds a row by what it is about, so that fixtures do not bring a second one."""

    def get_by_natural_key(self, *key: Any) -> Any:
        """Return the row of a model's key, a source and, of lexemes, the lexeme."""
        names = ("embedding_model_id", "source", "lexeme")
        return self.get(**dict(zip(names, key, strict=False)))


class SearchStatistics(models.Model):
    """How many passages a model has of a kind, and how long they are.

    Triggers keep it, whoever writes; it may be behind by some passages in a hundred.
    """

    id = models.BigAutoField(primary_key=True)
    embedding_model = _model_key()
    source = _source()
    passages = models.BigIntegerField(_("passages"))
    bytes = models.BigIntegerField(_("bytes"), help_text=_("Of all their texts together."))
    updated_at = TimestampField(_("updated at"), editable=False)

    objects = ByModelManager()

    class Meta:
        db_table = "search_statistics"
        verbose_name = _("search statistics")
        verbose_name_plural = _("search statistics")
        constraints = [
            models.UniqueConstraint(
                fields=["embedding_model", "source"], name="search_statistics_model_id_source_key"
            ),
            _source_check("search_statistics"),
            not_negative_check("passages", name="search_statistics_passages_check"),
            not_negative_check("bytes", name="search_statistics_bytes_check"),
        ]

    def __str__(self) -> str:
        return f"{self.passages} passages of {self.source}"

    def natural_key(self) -> tuple[str, str]:
        """Return the model's key as text, and the source."""
        return (str(self.embedding_model_id), self.source)


class SearchLexeme(models.Model):
    """In how many of a model's passages a lexeme is: its document frequency."""

    id = models.BigAutoField(primary_key=True)
    embedding_model = _model_key()
    source = _source()
    # Compared by bytes, so that the index finds beginnings of lexemes, too.
    lexeme = models.TextField(_("lexeme"), db_collation="C")
    passages = models.BigIntegerField(_("passages"))

    objects = ByModelManager()

    class Meta:
        db_table = "search_lexemes"
        verbose_name = _("search lexeme")
        verbose_name_plural = _("search lexemes")
        constraints = [
            # What a question's words are worth.
            models.UniqueConstraint(
                fields=["embedding_model", "source", "lexeme"],
                name="search_lexemes_model_id_source_lexeme_key",
            ),
            _source_check("search_lexemes"),
            not_negative_check("passages", name="search_lexemes_passages_check"),
        ]

    def __str__(self) -> str:
        return self.lexeme

    def natural_key(self) -> tuple[str, str, str]:
        """Return the model's key as text, the source and the lexeme."""
        return (str(self.embedding_model_id), self.source, self.lexeme)


class SearchChange(models.Model):
    """What a statement has added to the statistics or taken from them, not settled yet.

    Statements only add rows here, so that no two writers ever wait for a common word's count.
    """

    id = models.BigAutoField(primary_key=True)
    embedding_model = _model_key()
    source = _source()
    passages = models.IntegerField(_("passages"))
    bytes = models.BigIntegerField(_("bytes"))
    lexemes = ArrayField(models.TextField(), verbose_name=_("lexemes"))
    counts = ArrayField(models.IntegerField(), verbose_name=_("counts"))

    class Meta:
        db_table = "search_changes"
        verbose_name = _("change of search statistics")
        verbose_name_plural = _("changes of search statistics")
        constraints = [_source_check("search_changes")]

    def __str__(self) -> str:
        return f"{self.passages:+} passages of {self.source}"

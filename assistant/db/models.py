"""Abstract bases of the tables."""

from django.db import models

from assistant.db.fields import UUIDField

__all__ = ["UUIDModel"]


class UUIDModel(models.Model):
    """A table with a uuid key made by the database."""

    id = UUIDField(primary_key=True)

    class Meta:
        abstract = True

"""Letters, in a table whose name is taken."""

from django.db import models


class Letter(models.Model):
    """A letter."""

    class Meta:
        db_table = "messages"

    def __str__(self) -> str:
        return str(self.pk)

"""Transactional tests that bring the rows back; run alone, see docs/reuse.md."""

import pytest
from django.test import TransactionTestCase

from assistant.embeddings.models import EmbeddingModel
from assistant.settings.models import SystemSetting


class SerializedRollbackTests(TransactionTestCase):
    """Django stores the rows that were there and puts them back before each such test."""

    serialized_rollback = True

    def test_the_default_rows_are_there(self) -> None:
        self.look_and_delete()

    def test_and_again(self) -> None:
        self.look_and_delete()

    def look_and_delete(self) -> None:
        assert SystemSetting.objects.count() == 4
        assert EmbeddingModel.objects.get().is_default
        SystemSetting.objects.all().delete()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("time", [1, 2])
def test_the_default_rows_are_there(time: int) -> None:
    SerializedRollbackTests().look_and_delete()

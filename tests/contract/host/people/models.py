"""A user model whose key is an address."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Person(AbstractBaseUser):
    """A person, known by an address."""

    address = models.CharField(max_length=100, primary_key=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "address"

    class Meta:
        db_table = "people"

    def __str__(self) -> str:
        return self.address

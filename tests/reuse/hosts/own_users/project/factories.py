"""The project's users, for its tests."""

from itertools import count
from typing import Any

from people.models import Company, Member

numbers = count(1)


def make_user(**fields: Any) -> Member:
    """Return a stored member of a new company, whose name to log in with is ``name``."""
    email = fields.pop("name", f"member-{next(numbers)}@example.org")
    password = fields.pop("password", None)
    member = Member(email=email, company=Company.objects.create(name="Company"), **fields)
    member.set_password(password)
    member.save()
    return member

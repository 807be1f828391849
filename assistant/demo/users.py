"""The demo's users, in whatever model the project has for users."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import Error, models

from assistant.conversations.models import Conversation
from assistant.demo.content import Person, dialogues, people
from assistant.demo.numbers import moment
from assistant.demo.runs import DemoError, Run, demo_id

__all__ = ["load_users", "our_users", "strangers_at_domain"]

# Reserved for examples: nobody has an address there.
DOMAIN = "demo.example"

Users = dict[str, Any]


def our_users(run: Run) -> Users:
    """Return the demo's users that are there, by slug.

    Where users have uuid keys the key tells. Elsewhere the demo's conversations do, which keep
    their user's key; it counts only while that user has an address of the demo, so that nobody's
    edit of a conversation can pass another user off as the demo's.
    """
    model = get_user_model()
    stored = model._base_manager.using(run.using)
    if has_uuid_keys(model):
        keys: dict[str, Any] = {person.slug: demo_id("user", person.slug) for person in people()}
        found = stored.in_bulk(list(keys.values()))
        return {slug: found[key] for slug, key in keys.items() if key in found}
    keys = recorded_keys(run)
    found = stored.in_bulk(list(keys.values()))
    return {
        slug: found[key]
        for slug, key in keys.items()
        if key in found and found[key].get_username().endswith(f"@{DOMAIN}")
    }


def recorded_keys(run: Run) -> Users:
    """Return the keys of users as the demo's conversations name them, by slug."""
    owners = {demo_id("conversation", item.slug): item.user for item in dialogues()}
    rows = Conversation.objects.using(run.using).filter(pk__in=owners)
    keys = {}
    for pk, metadata in rows.order_by("pk").values_list("pk", "metadata"):
        record = metadata.get("demo")
        if isinstance(record, dict) and isinstance(record.get("user"), str):
            try:
                keys[owners[pk]] = get_user_model()._meta.pk.to_python(record["user"])
            except ValidationError:
                continue
    return keys


def strangers_at_domain(run: Run, users: Users) -> list[str]:
    """Return the names of other users who have an address of the demo."""
    model = get_user_model()
    found = model._base_manager.using(run.using).filter(
        **{f"{model.USERNAME_FIELD}__endswith": f"@{DOMAIN}"}
    )
    others = found.exclude(pk__in=[user.pk for user in users.values()])
    return sorted(user.get_username() for user in others)


def load_users(run: Run) -> Users:
    """Add the users that are missing, and return all, by slug."""
    users = our_users(run)
    for person in people():
        if person.slug not in users:
            users[person.slug] = add_user(run, person)
            run.counts["users"] += 1
    return users


def add_user(run: Run, person: Person) -> Any:
    """Return a new user who cannot log in, with whichever of the columns the model has."""
    model = get_user_model()
    fields = columns(run, model, person, free_name(run, model, person))
    lacking = [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in fields and is_required(field)
    ]
    if lacking:
        raise DemoError(
            f"The user model {model._meta.label} requires {', '.join(lacking)}, which load_demo "
            "cannot make up. Give these fields a default."
        )
    try:
        return model._default_manager.db_manager(run.using).create(**fields)
    except (Error, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise DemoError(
            f"{model._meta.label} refuses the demo's user {person.name}: {reason}"
        ) from error


def free_name(run: Run, model: type[models.Model], person: Person) -> str:
    """Return the address that the user is known by, numbered where it is taken."""
    name = model.USERNAME_FIELD  # type: ignore[attr-defined]
    if not isinstance(model._meta.get_field(name), models.CharField | models.TextField):
        raise DemoError(
            f"Users of {model._meta.label} are known by {name}, which is not a text: load_demo "
            "cannot name its users."
        )
    stored = model._base_manager.using(run.using)
    number = 1
    while True:
        address = f"{person.slug}{number if number > 1 else ''}@{DOMAIN}"
        taken = models.Q(**{f"{name}__iexact": address})
        if email := email_field(model):
            taken |= models.Q(**{f"{email}__iexact": address})
        if not stored.filter(taken).exists():
            break
        number += 1
    if number > 1:
        run.notes.append(
            f"The user {person.slug}@{DOMAIN} is not the demo's and stays as it is; "
            f"the demo's is {address}."
        )
    return address


def columns(run: Run, model: type[models.Model], person: Person, address: str) -> dict[str, Any]:
    """Return the values of those columns that the model has."""
    joined = moment(run.today, days_ago=person.joined_days_ago, minutes=8 * 60)
    text, flag, instant = models.CharField, models.BooleanField, models.DateTimeField
    known: list[tuple[str | None, type[models.Field], Any]] = [
        ("first_name", text, person.first_name),
        ("last_name", text, person.last_name),
        ("name", text, person.name),
        ("full_name", text, person.name),
        ("is_staff", flag, person.is_staff),
        ("is_active", flag, person.is_active),
        ("created_at", instant, joined),
        ("date_joined", instant, joined),
        ("preferences", models.JSONField, person.preferences),
        (email_field(model), text, address),
        (model.USERNAME_FIELD, models.Field, address),  # type: ignore[attr-defined]
        ("password", text, make_password(None)),
    ]
    fields = {field.name: field for field in model._meta.concrete_fields}
    values = {name: value for name, kind, value in known if isinstance(fields.get(name), kind)}  # type: ignore[arg-type]
    if has_uuid_keys(model):
        values[model._meta.pk.name] = demo_id("user", person.slug)
    return values  # type: ignore[return-value]


def email_field(model: Any) -> str | None:
    """Return the name of the column that holds the address, if there is one."""
    name: str = model.get_email_field_name()
    return name if name in {field.name for field in model._meta.concrete_fields} else None


def is_required(field: Any) -> bool:
    """Return whether a row cannot be stored without a value for this column."""
    made = field.has_default() or field.has_db_default() or field.generated
    return not (made or field.null or field.blank or isinstance(field, models.AutoField))


def has_uuid_keys(model: type[models.Model]) -> bool:
    """Return whether users may bring a key of the demo's."""
    return isinstance(model._meta.pk, models.UUIDField)

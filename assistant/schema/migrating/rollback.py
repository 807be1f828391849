"""What cannot be taken back is refused before anything is touched."""

from collections.abc import Iterator, Sequence

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.utils import ProgrammingError

from assistant.db.operations import RefuseReverse

__all__ = ["refuse_irreversible"]

Node = tuple[str, str]


def refuse_irreversible(
    connection: BaseDatabaseWrapper,
    plan: Sequence[tuple[Migration, bool]],
    *,
    loader: MigrationLoader | None = None,
) -> None:
    """Refuse a plan of the migration executor in which something cannot be taken back.

    Every operation of every migration is looked at, and ``RefuseReverse`` asked, so that the
    plan is refused as a whole: one error names each reason and how far back one can go. A plan
    that goes forwards costs nothing. ``loader`` is the executor's, if there is one at hand.
    """
    back = [migration for migration, backwards in plan if backwards]
    if not any(map(_is_doubtful, back)):
        return
    loader = loader or MigrationLoader(connection)
    reasons = {_key(each): list(_reasons(connection, loader, each)) for each in back}
    refused = {key: found for key, found in reasons.items() if found}
    if not refused:
        return
    lines = [f"  {app}.{name}: {each}" for (app, name), found in refused.items() for each in found]
    raise CommandError(
        "\n".join(
            [
                f'Nothing was changed in database "{connection.settings_dict["NAME"]}", '
                "because this cannot be taken back:",
                *lines,
                _way_out(connection, loader, back, set(refused)),
            ]
        )
    )


def _is_doubtful(migration: Migration) -> bool:
    return any(
        not operation.reversible or isinstance(operation, RefuseReverse)
        for operation in _flat(migration.operations)
    )


def _flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yield the operations that work on the database, those inside others, too."""
    for operation in operations:
        # Django calls this one reversible, whatever is in it.
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _reasons(
    connection: BaseDatabaseWrapper, loader: MigrationLoader, migration: Migration
) -> Iterator[str]:
    """Yield why a migration cannot be taken back, in the order in which it would be."""
    if not _is_doubtful(migration):
        return
    state = loader.project_state(_key(migration), at_end=False)
    stands_at = list(_states(migration.app_label, migration.operations, state))
    for operation, before in reversed(stands_at):
        # Django asks no router before it raises its own error.
        if not operation.reversible:
            yield f"{_description(operation)} has no reverse."
        elif isinstance(operation, RefuseReverse) and (
            refusal := _refusal(connection, migration, operation, before)
        ):
            yield refusal


def _states(
    app_label: str, operations: Sequence[Operation], state: ProjectState
) -> Iterator[tuple[Operation, ProjectState]]:
    """Yield the operations with the state in which each stands."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _states(app_label, operation.database_operations, state.clone())
        elif isinstance(operation, RefuseReverse):
            yield operation, state.clone()
        else:
            yield operation, state
        operation.state_forwards(app_label, state)


def _refusal(
    connection: BaseDatabaseWrapper,
    migration: Migration,
    operation: RefuseReverse,
    state: ProjectState,
) -> str | None:
    try:
        return operation.refusal(migration.app_label, connection, state)
    except ProgrammingError as error:  # a later migration has changed what the query reads
        (problem, *_) = str(error).splitlines()
        return f"{operation.reason} (The present schema cannot be asked: {problem})"


def _description(operation: Operation) -> str:
    code = getattr(operation, "code", None)  # RunPython's function: it describes all alike
    return f"{operation.describe()} ({code.__name__})" if code else operation.describe()


def _way_out(
    connection: BaseDatabaseWrapper,
    loader: MigrationLoader,
    back: list[Migration],
    refused: set[Node],
) -> str:
    """Say how far the app can go back that the plan ends with, which is the one asked for."""
    stays = next(
        (
            each
            for each in back
            if each.app_label == back[-1].app_label
            and refused & set(loader.graph.backwards_plan(_key(each)))
        ),
        next(each for each in back if _key(each) in refused),
    )
    app_label, name = _key(stays)
    if stays is next(each for each in back if each.app_label == app_label):
        return f"Until that has changed, {app_label} stays at {name}."
    command = f"manage.py migrate {app_label} {name}"
    if connection.alias != DEFAULT_DB_ALIAS:
        command += f" --database {connection.alias}"
    return f"{app_label} can go back as far as {name}: {command}"


def _key(migration: Migration) -> Node:
    return migration.app_label, migration.name

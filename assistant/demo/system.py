"""The demo's system settings and configurations of language models."""

from typing import Any

from django.apps import apps
from django.db import models

from assistant.demo.content import model_configs, system_settings
from assistant.demo.numbers import moment
from assistant.demo.runs import Run, demo_id

__all__ = ["load", "remove"]

# The setting that lists the keys of those that the demo has added: a key alone does not tell.
RECORD = "demo_data"


def load(run: Run) -> None:
    """Add what is missing and not there under the same name."""
    load_settings(run)
    load_model_configs(run)


def load_settings(run: Run) -> None:
    """Add the settings, and record which."""
    stored = settings_of(run)
    stored.bulk_create(
        [
            stored.model(
                key=RECORD,
                value={"settings": []},
                description="The settings that load_demo has added; load_demo --remove needs it.",
            )
        ],
        ignore_conflicts=True,
    )
    record = stored.select_for_update().get(key=RECORD)
    ours = recorded(record)
    if ours is None:
        run.notes.append(f"The setting {RECORD} is not the demo's: no settings are added.")
        return
    keys = [item["key"] for item in system_settings()]
    present = set(stored.filter(key__in=keys).values_list("key", flat=True))
    for key in sorted(present - ours):
        run.notes.append(f"The setting {key} is not the demo's and stays as it is.")
    missing = [item for item in system_settings() if item["key"] not in present]
    added = stored.bulk_create([setting(stored.model, **item) for item in missing])
    if {item.key for item in added} - ours:
        record.value = {**record.value, "settings": sorted({item.key for item in added} | ours)}
        record.save(using=run.using, update_fields=["value"])
    run.counts["system settings"] += len(added)


def setting(model: Any, *, key: str, value: Any, description: str) -> Any:
    """Return a setting; a plain None would be SQL's NULL and not JSON's."""
    null = models.Value(None, output_field=models.JSONField())
    return model(key=key, value=null if value is None else value, description=description)


def recorded(record: Any) -> set[str] | None:
    """Return the keys that the demo has added, or None where the row is somebody else's."""
    keys = record.value.get("settings") if isinstance(record.value, dict) else None
    if not isinstance(keys, list):
        return None
    # Whatever else is written there now is not the demo's.
    return {item["key"] for item in system_settings() if item["key"] in keys}


def load_model_configs(run: Run) -> None:
    """Add the configurations; the first is the default where there is none."""
    stored = configs_of(run)
    has_default = stored.filter(is_default=True).exists()
    for number, item in enumerate(model_configs()):
        key = demo_id("model", item["name"])
        if stored.filter(pk=key).exists():
            continue
        if stored.filter(name=item["name"]).exists():
            run.notes.append(
                f"The model configuration {item['name']} is not the demo's and stays as it is."
            )
            continue
        stored.create(
            pk=key,
            name=item["name"],
            model_path=item["model_path"],
            config=item["config"],
            is_default=number == 0 and not has_default,
            created_at=moment(run.today, days_ago=item["days_ago"], minutes=10 * 60),
        )
        run.counts["model configurations"] += 1


def remove(run: Run) -> None:
    """Delete what the demo has added."""
    stored = settings_of(run)
    record = stored.select_for_update().filter(key=RECORD).first()
    if record is not None and (ours := recorded(record)) is not None:
        run.counts["system settings"] += stored.filter(key__in=ours).delete()[0]
        record.delete(using=run.using)
    ids = [demo_id("model", item["name"]) for item in model_configs()]
    run.counts["model configurations"] += configs_of(run).filter(pk__in=ids).delete()[0]


def settings_of(run: Run) -> Any:
    """Return the settings that are stored."""
    return apps.get_model("assistant_settings", "SystemSetting")._base_manager.using(run.using)


def configs_of(run: Run) -> Any:
    """Return the model configurations that are stored."""
    return apps.get_model("assistant_settings", "ModelConfig")._base_manager.using(run.using)

"""How: system settings and model configurations.

An app, not a settings module: ``DJANGO_SETTINGS_MODULE`` never names it.
"""

from typing import TYPE_CHECKING

from assistant.settings.guard import refuse_setting, refuse_settings_module

refuse_settings_module()

# Type checkers would take it that any name is there.
if not TYPE_CHECKING:
    __getattr__ = refuse_setting

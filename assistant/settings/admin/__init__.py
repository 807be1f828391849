"""System settings and model configurations in the admin site."""

from assistant.settings.admin.model_configs import ModelConfigAdmin
from assistant.settings.admin.system_settings import SystemSettingAdmin

__all__ = ["ModelConfigAdmin", "SystemSettingAdmin"]

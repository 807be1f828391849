"""Settings by themselves."""

from assistant.settings.models import ModelConfig, SystemSetting

assert SystemSetting.objects.count() == 4
setting = SystemSetting.objects.get(key="default_temperature")
before = setting.updated_at
setting.value = 0.5
setting.save()
setting.refresh_from_db()
assert (setting.value, setting.updated_at > before) == (0.5, True)

config = ModelConfig.objects.create(name="m", model_path="/m")
config.refresh_from_db()
assert config.config == {}

"""How: system settings and model configurations.

An app, not a settings module: ``DJANGO_SETTINGS_MODULE`` never names it.
"""

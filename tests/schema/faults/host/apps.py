"""The app."""

from django.apps import AppConfig


class HostConfig(AppConfig):
    """Name the app."""

    name = "tests.schema.faults.host"
    label = "faults_host"

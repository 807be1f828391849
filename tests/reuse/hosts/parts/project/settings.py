"""A project without pages, with whichever apps the environment names."""

import json
import os

SECRET_KEY = "for tests only"
USE_TZ = True
DATABASES = {"default": json.loads(os.environ["HOST_DATABASE"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = os.environ["HOST_APPS"].split()

"""The ASGI application."""

import os

from django.core.asgi import get_asgi_application

from assistant.schema.startup import bring_up_to_date

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()

bring_up_to_date()

"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from assistant.schema.startup import bring_up_to_date

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

application = get_wsgi_application()

bring_up_to_date()

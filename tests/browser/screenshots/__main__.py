"""The command."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.browser.screenshots.camera import main  # noqa: E402

main(sys.argv[1:])

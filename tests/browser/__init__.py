"""Paths that a person takes through the admin site, in Chromium."""

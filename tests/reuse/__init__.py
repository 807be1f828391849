"""The apps in other projects, installed from the wheel."""

"""Demo data: what an assistant in use looks like, loaded and removed by one command each.

Above all other apps and needed by none. It has no models and no migrations.
"""

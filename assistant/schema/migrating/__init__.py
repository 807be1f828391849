"""Migrating: under a lock, each migration whole, out of the way of others."""

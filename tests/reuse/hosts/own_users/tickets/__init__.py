"""Tickets that come from conversations."""

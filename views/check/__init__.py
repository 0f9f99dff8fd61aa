"""The check view."""

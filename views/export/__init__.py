"""The export view."""

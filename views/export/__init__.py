"""Show the export view."""

"""Show the check view."""

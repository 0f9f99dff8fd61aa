"""Show the map."""

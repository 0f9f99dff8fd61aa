"""Show the comparison of plans."""

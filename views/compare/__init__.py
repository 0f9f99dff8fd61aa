"""The comparison of plans."""

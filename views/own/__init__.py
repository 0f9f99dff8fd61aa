"""Show and check the reader's own data."""

"""The reader's own data."""

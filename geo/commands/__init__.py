"""One module per command of ``python -m geo``: its options, and what it prints."""

"""Run ``python -m geo``: one module per command, with its options and what it prints.

Commands stand above `geo` and `layers`, beside the views of the page.
"""

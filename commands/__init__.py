"""One module per command of ``python -m geo``: its options, and what it prints.

Commands stand above `geo` and `layers`, beside the views of the page.
"""

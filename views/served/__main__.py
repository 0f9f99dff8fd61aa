"""Start the page with its guards: ``python -m views.served run streamlit_app.py …``.

The same as ``python -m streamlit``, which would put the guards in place only when the first
reader has come, and have that reader wait until the data are read.
"""

from __future__ import annotations

import logging

from streamlit.web import cli

from views.served.guard import install

logger = logging.getLogger(__name__)


def warm() -> None:
    """Read the data and write what the map loads, before a first reader asks for either."""
    try:
        from views.page import page_data

        page_data()
    except Exception:  # whatever it is, the first reader's run tells of it
        logger.exception("The data were not read ahead")


if __name__ == "__main__":
    install()
    warm()
    cli.main(prog_name="streamlit")

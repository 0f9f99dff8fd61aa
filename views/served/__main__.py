"""Start the page with its guards: ``python -m views.served run streamlit_app.py …``.

The same as ``python -m streamlit``, which would put the guards in place only when the first
reader has come.
"""

from __future__ import annotations

from streamlit.web import cli

from views.served.guard import install

if __name__ == "__main__":
    install()
    cli.main(prog_name="streamlit")

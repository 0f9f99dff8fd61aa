"""The area check and the wording of two plans as HTML, for the page and the edition alike."""

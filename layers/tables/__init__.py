"""Items, area check and wording of two plans as HTML, for page, edition and one file alike."""

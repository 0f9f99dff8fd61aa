"""Write items, area check and wording as HTML, for page, edition and one file alike."""

"""Write slides, documents and workbooks with the same content."""

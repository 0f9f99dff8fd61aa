"""Write zones as data files and database tables, each with its provenance."""

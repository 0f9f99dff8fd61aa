"""Check what was built and the files of a data folder; report it."""

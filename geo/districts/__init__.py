"""Many districts: the same build for each, and data folders packed into few files."""

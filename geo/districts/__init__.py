"""Build many districts, begin one, keep releases, pack data folders into few files."""

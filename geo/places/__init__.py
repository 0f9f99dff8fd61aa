"""Find streets, places and zones by name, and what every plan says of one place."""

"""Compare plans: overlaps with their errors, and wording."""

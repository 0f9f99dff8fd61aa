"""Draw the items of the plans: enclosed zones, belts, carried and named ones."""

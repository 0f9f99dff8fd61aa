"""Draw maps, sheets and briefings from the zones."""

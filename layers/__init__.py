"""Maps, sheets and briefings drawn from the zones."""

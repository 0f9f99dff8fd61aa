"""The interactive map: base, zones, popups, comparison."""

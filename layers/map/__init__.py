"""Prepare the interactive map: base, zones, popups, comparison."""

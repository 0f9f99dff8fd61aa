"""Bring in street data from outside as base layers of a data folder."""

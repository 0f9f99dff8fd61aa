"""Datums of Chinese map data: shift one into another, guess one by position."""

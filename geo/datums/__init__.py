"""Shift Chinese map data from one datum into another; guess a datum by position."""

"""Serve the page: start it, and guard the doors that Streamlit leaves open."""

"""One HTML file that works with the network cut."""

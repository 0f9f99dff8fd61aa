"""Write the published edition: a folder of static files that needs no server."""

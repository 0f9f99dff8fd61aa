"""Share among commands the console, the options, the machine and the service."""

"""What several commands share: the console, the options, the machine and the service."""

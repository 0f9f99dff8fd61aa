"""Run long work in child processes, and hand its results back."""

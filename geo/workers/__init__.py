"""Run child processes: for long work, and to read foreign files."""

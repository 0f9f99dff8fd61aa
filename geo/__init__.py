"""Turn a plan's sentence into a polygon that can be trusted."""

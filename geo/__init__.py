"""From a plan's sentence to a polygon that can be trusted."""

"""Draw print sheets: page, map frame, labels, legend, words."""

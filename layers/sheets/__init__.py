"""Print sheets: page, map frame, labels, legend, words."""

"""A page image to spans (the page pictures come with the reading of scans)."""

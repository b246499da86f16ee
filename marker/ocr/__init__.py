"""A page image to spans: raster, lines (where text stands), tesseract, plan (what to read, when to read more)."""

"""A labelled set for measuring detection; see generate.py and measure.py."""

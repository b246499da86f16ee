"""Documents as the world makes them: by Word, LibreOffice, a browser, a scanner; with the truth about each.

Nothing here uses ``fixtures`` or the generators of the labelled set: what those have in common with the readers is not
found by them.  ``python -m tests.world.measure`` prints a table by kind.
"""

"""Confidentiality labels for programs: STANAG 4774 labels, bound as STANAG 4778 says; written, and read again.

Guards, gateways and document systems decide by these, people by the ink.  ``docs/labels.md`` describes what is written.
"""

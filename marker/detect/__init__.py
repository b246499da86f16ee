"""Spans to verdict, pure functions: fold, lexicon, match, judge."""

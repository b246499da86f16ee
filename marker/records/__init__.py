"""Papers for people: receipts, notices, the journal."""

"""What the Agreement says: profile loading and checking, equivalence, handling rules."""

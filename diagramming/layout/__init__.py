"""Where the marks of a collision diagram go: deterministic, nothing overlapping, nothing left out unsaid."""

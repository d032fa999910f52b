"""The append-only log: every write, and every read of what is sensitive, chained by hash."""

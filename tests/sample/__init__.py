"""A theme for tests: one layer of each kind, with a secret layer, a secret field and secret rows."""

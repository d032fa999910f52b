"""Says who is looking."""

"""The figures of screening and of before and after: pure functions, every estimate with its interval."""

"""What `antu bench NAME` runs: one module a subject, each with `run() -> Report`. Nothing here is a test."""

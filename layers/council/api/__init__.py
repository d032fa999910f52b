"""The parts of `/api/council`."""

"""Cameras: sets and lenses of the police, private cameras, proposals for new ones."""

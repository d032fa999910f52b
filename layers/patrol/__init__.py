"""Patrol: boxes, routes, sign-ins, and the tracks of patrol cars."""

"""Enforcement: sites, detection zones, corridors, violations."""

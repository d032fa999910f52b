"""Defects: damage and faults of the road, and what citizens report."""

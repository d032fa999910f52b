"""Hotspots: surfaces of where and when."""

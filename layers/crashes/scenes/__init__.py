"""Scenes of crashes as they are kept: edited by many, reviewed, and unchangeable once approved."""

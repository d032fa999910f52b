"""From street parameters to geometry: `derive(document)` gives a `Plan`."""

from layers.streets.craft.derive.plan import Junction, Plan, derive

__all__ = ["Junction", "Plan", "derive"]

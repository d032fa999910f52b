"""A first draft of the streets from OpenStreetMap: `read` the file, `draft` the document and what needs review."""

from layers.streets.craft.osm.draft import Draft, Review, draft
from layers.streets.craft.osm.read import BadFile, OsmFile, read

__all__ = ["BadFile", "Draft", "OsmFile", "Review", "draft", "read"]

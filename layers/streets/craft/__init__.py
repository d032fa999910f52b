"""The craft of the street-block map: street parameters in, geometry out. Pure functions, without Django or a database.

A `Document` says what the streets are (`document`), `derive` makes their shapes, `marks` paints them by dated
rules, `osm` drafts a document from OpenStreetMap, `write` puts the shapes into files.
"""

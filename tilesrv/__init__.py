"""Tiles: vector tiles straight out of PostGIS, raster tiles out of COGs, and the styles to draw them with.

Pure ASGI, no Django on the way of a request; what is served, and to whom, comes from the register.
"""

"""The OGC APIs of all layers. pygeoapi describes; features are read and written with one SQL statement each."""

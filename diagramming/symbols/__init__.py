"""The symbols of a scene: small SVG files in metres, seen from above, the front up. A city may bring its own."""

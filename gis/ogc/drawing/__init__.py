"""Maps drawn on the server, from the same style that the portal's map is drawn from."""

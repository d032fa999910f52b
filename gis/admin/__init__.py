"""What the admin site does with a layer: it follows from the declaration, and asks `may()` alone."""

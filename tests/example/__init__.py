"""The smallest theme: all that it takes to add a layer, and a test that counts its lines."""

"""Streets: roads, junctions, blocks and what is drawn as the base map."""

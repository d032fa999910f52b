"""The crash scene: a document in metres, small edits that merge, and what the measurements say about it."""

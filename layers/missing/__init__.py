"""Missing people: last-seen places and the receivers that may hear a tag."""

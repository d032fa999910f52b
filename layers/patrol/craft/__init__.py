"""The craft of patrol: routes, streets, tags and judgement. Pure functions over numbers and bytes, without Django."""

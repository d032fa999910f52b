"""What people bring along: a file dropped on the map is looked into, then kept as a layer of one's own or appended to ours."""

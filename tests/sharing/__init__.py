"""What people hand to each other."""

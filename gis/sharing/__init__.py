"""What people hand to each other: saved views, presentations made of them, printed sheets, comments on the map."""

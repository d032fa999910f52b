"""`/api/patrol`, a file for each kind of thing. To whoever is not of the police there is nothing of it."""

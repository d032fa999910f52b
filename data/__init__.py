"""What ships with the product: the generator of the demonstration city and the code tables. Pure Python."""

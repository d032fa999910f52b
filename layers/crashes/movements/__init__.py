"""What met what in each crash, from its scene or its form, with the reasons; for police alone."""

"""From what was drawn and coded to who came from which leg, where to, and what met what; every answer explains itself."""

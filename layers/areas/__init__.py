"""Areas: districts, wards, precincts, stations and beats, the ground that others count by."""

"""The mark of one crash: two paths that meet, who they were, how bad it was, readable without colour."""

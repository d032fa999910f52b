"""People and programs: roles, sessions, tokens, and the answer to «who is looking»."""

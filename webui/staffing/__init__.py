"""Pages of people: signing in, teams, shifts, who has a case, authority, tokens."""

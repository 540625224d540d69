"""Who: people, teams, roles, signing in."""

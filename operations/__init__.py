"""How the site runs: its settings, its processes, what they work on, and what was done here."""

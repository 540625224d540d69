"""How well: responses and their grades."""

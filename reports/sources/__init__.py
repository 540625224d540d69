"""Report sources, one module per app whose rows they show."""

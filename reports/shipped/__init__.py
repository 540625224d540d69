"""The reports that come with Lectern, one module per subject. `reports.definitions.shipped` holds them by slug."""

"""How records are kept: admin base classes, import and export, safe spreadsheets, upload checks."""

"""What is read: the site's settings, how its background work stands, and who did what."""

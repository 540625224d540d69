"""Forms of regular tasks, of the site's settings, and the filters of the audit log."""

"""What runs before, around and instead of Django: first install, pictures, services for tests, server samples."""

"""What we teach: catalog, course, module and lesson pages, their blocks, and course importers."""

"""The demo academy: four courses of our own, and people who have taken them for a year."""

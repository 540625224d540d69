"""What should be fast, timed. Run all with `make bench`."""

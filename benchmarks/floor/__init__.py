"""The floor under `benchmarks.pages`: what a Wagtail page costs that does nothing. Settings as a new Wagtail project has."""

"""The front door: home page, my learning, search, navigation."""

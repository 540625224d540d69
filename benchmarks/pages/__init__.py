"""What a request of each page costs, beside a bare Wagtail page; see `__main__`."""

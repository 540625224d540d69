"""One command that keeps every process of a single machine running. Nothing else in the project imports it
but settings, for the place of the broker's socket."""

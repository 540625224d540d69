"""The screens reports are made and read on: what stands on them, as plain data that templates draw."""

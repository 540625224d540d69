"""The Open University Learning Analytics Dataset as courses, runs, learners, results and activity: see `__main__`."""

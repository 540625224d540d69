"""Pages of learners who answer, and of those who grade."""

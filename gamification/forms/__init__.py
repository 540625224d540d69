"""Forms of learners and of the admin, by what they ask about."""

"""Screens of reports in the admin: schedules, their runs and deliveries, and what beat wakes up."""

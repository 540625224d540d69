"""The form of a schedule, by what it asks: which report, on which days, to whom, and what they get."""

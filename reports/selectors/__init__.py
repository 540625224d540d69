"""What reports read: answers of sources, and schedules with their history."""

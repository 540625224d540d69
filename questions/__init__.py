"""What we ask: the question bank, one class per question type."""

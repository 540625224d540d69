"""What is said: the mail outbox and the one hand-over to SMTP."""

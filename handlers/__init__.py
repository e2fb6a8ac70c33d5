"""What a diagram may call: assignment, notification, escalation, survey, archive."""

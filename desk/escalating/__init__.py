"""What follows a missed limit: whom each level of the ladder tells, and how an escalation climbs until somebody sees to it."""

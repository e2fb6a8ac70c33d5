"""Pages of the calendar studio, and of the calendars of teams."""

"""The calendars that people edit: drafts and publishing, what a change would do, and open cases that follow it."""

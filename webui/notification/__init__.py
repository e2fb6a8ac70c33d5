"""Pages of notices, preferences and messages."""

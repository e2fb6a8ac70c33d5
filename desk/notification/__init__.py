"""Notification in three roles: who wants it (preferences), what it says (templates), how it travels (courier and channels)."""

"""How messages travel: one adapter for each kind of channel, each written against its published format. docs/notifications.md."""

"""The queues that jobs can take to their workers: `embedded` in our own table, `procrastinate` on PostgreSQL."""

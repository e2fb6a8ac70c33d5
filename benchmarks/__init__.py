"""What is measured and how; each script prints its result as its last line."""

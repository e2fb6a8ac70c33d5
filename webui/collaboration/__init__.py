"""Pages of contributions and suggestions."""

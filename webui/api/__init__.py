"""The REST API below /api/v1: one module a resource, each operation declared once, described by what checks it."""

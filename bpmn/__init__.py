"""Read, check, compare and draw diagrams, decision tables and forms. Knows no database and no engine."""

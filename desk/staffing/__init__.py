"""People and their work: teams, shifts and leave, waiting lines, and who has a case."""

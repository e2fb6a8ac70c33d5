"""Tables, store (write side), queries (read side) and schema steps of the engine."""

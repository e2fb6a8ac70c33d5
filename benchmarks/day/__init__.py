"""A day of a service desk, replayed from real arrival times with a virtual clock, and judged by an oracle of its own."""

"""A customer service on one machine, to be measured and killed: servers, processes, people, and what must hold after."""

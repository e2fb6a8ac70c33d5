"""The customer-service domain: cases, customers, conversations, clocks, agents and teams."""

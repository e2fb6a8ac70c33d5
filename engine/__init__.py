"""Durable execution of process definitions, for any domain."""

"""What versions of this product have stored, kept for ever; `python -m tests.engine.states.make` adds this version's."""

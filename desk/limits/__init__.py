"""What people and processes do to the clocks of cases: keep them, change them, promise by them, apply targets to them."""

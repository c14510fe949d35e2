"""Measures the original's own rounding noise, from which a port's tolerances follow."""

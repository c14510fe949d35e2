"""The rungs of a port's ladder: one comparison each."""

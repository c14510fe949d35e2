"""The rungs of a port's ladder."""

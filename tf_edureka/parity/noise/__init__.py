"""How far the original is from itself, and so a port may be from it."""

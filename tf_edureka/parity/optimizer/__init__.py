"""An optimizer by itself: the original's arithmetic, and what a port's differs by."""

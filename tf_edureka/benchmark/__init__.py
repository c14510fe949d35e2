"""Times this project against other implementations of the same network and batches."""

// Begins what is there.

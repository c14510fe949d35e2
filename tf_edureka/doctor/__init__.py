"""Says what training would run on here, what is missing for a GPU, and what to install."""

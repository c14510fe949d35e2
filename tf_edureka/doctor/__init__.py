"""Checks what training runs on here, what is missing to use a GPU, and what to install."""

"""What climbing gives: the ladder of a port, as JSON, as a page, as text, and in pytest."""

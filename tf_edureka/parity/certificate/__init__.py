"""The result of a proof: the ladder of a port as text, JSON and HTML, and the pytest fixture."""

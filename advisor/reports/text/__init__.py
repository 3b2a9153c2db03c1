"""The recommendation for a terminal: a recommendation in, lines of text out."""

"""The recommendation as one HTML page: a recommendation in, a page with drawings out."""

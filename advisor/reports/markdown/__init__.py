"""The recommendation as a decision record: a recommendation in, Markdown out."""

"""The rule base told: rules in, text, JSON or Markdown out."""

"""The recommendation for programs: a recommendation in, JSON and its JSON Schemas out."""

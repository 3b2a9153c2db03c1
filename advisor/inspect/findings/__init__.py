"""The rules of ``rules/findings``, evaluated over the model of a system."""

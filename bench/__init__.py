"""``python -m bench``: how fast the advisor is, beside others, measured in one run."""

"""Neutral resources to the model of a system: what starts what, and where outcomes go."""

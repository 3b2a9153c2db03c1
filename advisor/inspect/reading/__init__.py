"""Files to neutral resources: one module for each format."""

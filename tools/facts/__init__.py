"""Facts of the rule base, compared with the models that AWS and others publish for machines."""

"""Rules and answers in, recommendation out. Pure."""

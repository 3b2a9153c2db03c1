"""Blueprint in, texts for people out: README facts, diagram, retry summary, sample records."""

"""A flow as the code of a durable function, before any language spells it."""

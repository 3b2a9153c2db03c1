"""The rules as bit tables: many decisions a second. Rule base in, scores out, equal to `decide`."""

"""Rule base as plain values: conditions, questions, rules, services, limits, prices. Pure."""

"""What the rule base says, as plain values: conditions, questions, rules, prices. Pure."""

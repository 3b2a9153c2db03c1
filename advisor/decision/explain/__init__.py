"""Decision in, explanations out: open questions, pivotal answers, conditions in words."""

"""Rule base in, findings about the rules out: lint, cases, weights, rules that can never fire."""

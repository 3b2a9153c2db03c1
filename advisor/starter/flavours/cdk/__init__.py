"""The AWS CDK, in Python and in TypeScript: what both share and what each spells for itself."""

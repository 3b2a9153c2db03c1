"""Blueprint in, words of one IaC flavour out: SAM, AWS CDK, Terraform."""

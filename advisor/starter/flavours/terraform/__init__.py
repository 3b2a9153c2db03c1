"""Terraform: references, formatting, and the values its own tests need."""

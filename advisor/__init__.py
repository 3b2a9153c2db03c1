"""Advice on Lambda Destinations or Step Functions, as a library."""

__version__ = "0.1.0"

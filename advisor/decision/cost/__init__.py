"""Answers and prices in, cost a month out."""

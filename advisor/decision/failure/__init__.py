"""Answers and limits in, failure timelines out."""

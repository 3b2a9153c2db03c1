"""Recommendation in, blueprint out. Decides what a project contains; nothing here knows a flavour."""

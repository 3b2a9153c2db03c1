"""Programs for the people who maintain the advisor; none is needed to use it."""

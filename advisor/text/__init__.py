"""Text for people: escaping and shortening that every report and document shares."""

"""Generated projects kept for comparison bring tests of their own; those run in their own folder."""

collect_ignore_glob = ["*/project/*"]

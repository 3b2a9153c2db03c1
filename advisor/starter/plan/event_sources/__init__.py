"""Event source in, triggers, queues and permissions out: for a function or for the state machine."""

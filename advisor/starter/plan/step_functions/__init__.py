"""Flow in, state machine out: tasks, service integrations, jobs, reports of failed executions."""

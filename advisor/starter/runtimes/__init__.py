"""The runtimes of the functions: the files each adds to a project."""

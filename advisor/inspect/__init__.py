"""What an existing system is, whether the advice agrees with it, and what is wrong with it.

The walk is ``walk`` (which files), ``reading`` (file to neutral resources), ``wiring`` (resources to the
model of a system), ``answers`` (requirements with evidence), ``findings`` (rules of ``rules/findings`` over
the model).
Nothing in a file is executed, and nothing is fetched.
"""

"""Small mistakes put into `workflows/`, one at a time, to see whether its unit tests notice (`make mutants`).

A mistake is made in the source as a module is imported, in a process forked for it: no file changes.
"""

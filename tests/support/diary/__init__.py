"""A second count of the board's figures: from a diary of what was done, and not from the database.

A history is made up at random (`history`) and played through the real services, while a diary is kept of
it by hand (`keeping`): who raised what, what was answered, whose time ran out. The diary knows the procedure
only as a person does, by a table of times, a list of bank holidays and the hours of the agencies (`times`,
`town`), and counts its own lines (`counting`). What it says and what the measures say must be the same,
figure for figure (`comparing`).
"""

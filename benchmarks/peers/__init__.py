"""What the service is measured beside, each a script run by the peers' own Python (`build/peers`).

    build/peers/bin/python -m benchmarks.peers.helpdesk --socket DIR --database NAME --rounds 5

They import nothing of the service. Each uses its peer as its documentation says, on the database it is
given, and prints one line of JSON: versions, and cases and moves a second, round by round. This package
is also the Django application in which the tables and the flow of the comparison stand.
"""

"""What runs by itself. One file a job; each is safe to run twice, and by two at once.

A job asks one service and says what it did and when it is next needed. The scheduler only wakes jobs:
every deadline is a row, and nothing is lost when no scheduler runs.
"""

"""What the tests stand on: two real databases, a clock to move, a real mail server, a real browser."""

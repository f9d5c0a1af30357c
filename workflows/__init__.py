"""The protocol: what should happen next.

This room is pure. It holds a board's procedure as data, says which moves are possible, computes when
time runs out, and returns a value that tells what happened. It reads no clock, opens no file but a
protocol, knows no database, no web framework and no mail. Nothing of the other rooms may enter here.

Start with `protocol` (what a procedure is), `commands` (what somebody asks for), `events` (what
happened) and `machine.decide` (the one question this room answers).
"""

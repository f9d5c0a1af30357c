"""The use cases: one public function for each thing that a person or the clock does.

Each function opens one unit of work (`unit.writing` or `unit.reading`), asks `workflows` what should
happen, and has `transition.carry_out` write it. Nothing of the web may enter: no request, no session.
"""

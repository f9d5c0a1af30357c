"""The post room: who is told what, in which words.

It gets an event and a value that says who sits where, and gives back what is owed; later it turns one
owed mail into words and hands it to a mail server. It knows no database and nothing of the service
above it. No name, agency or prose of a case may leave through here.
"""

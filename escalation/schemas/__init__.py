"""The contract: what a door accepts and gives, in marshmallow, shared by the forms and the JSON API.

A schema turns answers into a command or into errors by field. It opens no database and decides nothing.
"""

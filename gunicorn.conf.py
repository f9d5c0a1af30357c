"""How gunicorn serves the service. It reads this file where it is started; its command line wins over it."""

# Never all addresses by accident: without this line a variable PORT in the environment would mean that.
bind = "127.0.0.1:8000"
workers = 2
threads = 8
# It would be a door to the running server in the operator's home folder.
control_socket_disable = True
logger_class = "escalation.server_log.ServerLog"

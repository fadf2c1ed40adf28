"""
SCIM by scim2-server, by its own command, with its options; but that as many clients may wait
to be let in as they like: five are its default, and those behind them try again after a second.
"""
from wsgiref.simple_server import WSGIServer

from scim2_server.testserver.cli import main

WSGIServer.request_queue_size = 128
main()

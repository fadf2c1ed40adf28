"""
HTTP in front of scim_http(), for tests: bytes in, bytes out.

    front.py [--port N] [--base PATH] [--connections N] CONNINFO

It knows nothing of SCIM: what a request means, and what the answer says, is the
database's affair.  Prints the URL that it serves; on port 0, of one that is free.
Authorization is not passed on: the database has no tokens yet.
"""
import argparse
import json
import queue
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg

CALL = """SELECT status, content_type, etag, location, allow, preference, retry_after, answer
    FROM scim_http(%s, %s, %s, %s::jsonb, %s)"""
PASSED_ON = ("If-Match", "If-None-Match", "Content-Type", "Accept", "Prefer")
MOST_BYTES = 64 * 1024 * 1024  # of a body; scimver.max_body is less


class Pool:
    """Connections, opened when they are wanted; at most so many."""

    def __init__(self, conninfo, size):
        self.conninfo = conninfo
        self.free = queue.LifoQueue()
        for _ in range(size):
            self.free.put(None)

    @contextmanager
    def connection(self):
        connection = self.free.get()
        try:
            connection = connection if connection and not connection.closed else psycopg.connect(self.conninfo, autocommit=True)
            yield connection
        finally:
            self.free.put(connection)


class Refused(Exception):
    """A status that the front end says by itself."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def __getattr__(self, name):
        if name.startswith("do_"):  # any method
            return self.respond
        raise AttributeError(name)

    def respond(self):
        try:
            # read in any case: what is left of it would be the next request
            body = self.read_body()
            answer = self.call(*self.split_target(), body)
        except Refused as refused:
            self.close_connection = True
            self.send_error(refused.args[0])
        else:
            self.send(*answer)

    def read_body(self):
        length = self.headers.get("Content-Length")
        if length is None:
            if "Transfer-Encoding" in self.headers:
                raise Refused(411)
            return None
        if not (length.isascii() and length.isdigit()):
            raise Refused(400)
        if int(length) > MOST_BYTES:
            raise Refused(413)
        return self.rfile.read(int(length))

    def split_target(self):
        target = self.path
        if not target.isascii() or not target.isprintable():
            raise Refused(400)
        path, mark, query = target.partition("?")
        if path != self.server.base and not path.startswith(self.server.base + "/"):
            raise Refused(404)
        return path[len(self.server.base):] or "/", query if mark else None

    def call(self, path, query, body):
        headers = {name.lower(): ", ".join(self.headers.get_all(name)) for name in PASSED_ON if name in self.headers}
        try:
            with self.server.pool.connection() as connection:
                values = (self.command, path, query, json.dumps(headers), body)
                return connection.execute(CALL, values).fetchone()
        except psycopg.DataError:  # a NUL
            raise Refused(400) from None
        except psycopg.Error as error:
            print(error, file=sys.stderr)
            raise Refused(503 if isinstance(error, psycopg.OperationalError) else 500) from None

    def send(self, status, content_type, etag, location, allow, preference, retry_after, answer):
        body = None if answer is None else answer.encode()
        headers = {"ETag": etag, "Location": location, "Allow": allow, "Preference-Applied": preference,
                   "Retry-After": retry_after, "Content-Type": content_type,
                   "WWW-Authenticate": "Bearer" if status == 401 else None}
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", len(body))
        elif status not in (204, 304) and self.command != "HEAD":
            self.send_header("Content-Length", 0)
        self.end_headers()
        if body is not None and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *args):
        if self.server.log:
            print(self.command, self.path, *args[1:], file=self.server.log)


class Front(ThreadingHTTPServer):
    """Serves http://127.0.0.1:PORT/BASE; serve_forever() until shutdown()."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, conninfo, port=0, base="/scim/v2", connections=8, log=None):
        super().__init__(("127.0.0.1", port), Handler)
        self.base = base.rstrip("/")
        self.url = f"http://127.0.0.1:{self.server_address[1]}{self.base}"
        self.log = log
        # what the database shows as Location is what is served here
        options = psycopg.conninfo.conninfo_to_dict(conninfo).get("options", "")
        options += f" -c scimver.base_url={self.url}"
        self.pool = Pool(psycopg.conninfo.make_conninfo(conninfo, options=options), connections)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--base", default="/scim/v2")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("conninfo")
    options = parser.parse_args()
    front = Front(options.conninfo, options.port, options.base, options.connections, sys.stderr)
    print(front.url, flush=True)
    front.serve_forever()

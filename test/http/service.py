"""
The production binary in front of a database, and how its clients are to speak to it.
"""
import json
import os
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import httpx2

SERVING = "serving HTTP at "


class Bridge:
    """scimver-mcp --http, on a port that is free; "url" is where it serves."""

    def __init__(self, conninfo, *options):
        command = [os.environ.get("SCIMVER_MCP", "scimver-mcp"), "--http", "127.0.0.1:0", *options, conninfo]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.url = self.wait_until_it_serves()
        threading.Thread(target=self.pass_on, daemon=True).start()

    def wait_until_it_serves(self):
        for line in self.process.stderr:
            print(line, end="", file=sys.stderr)
            if SERVING in line:
                return line.partition(SERVING)[2].strip()
        raise RuntimeError(f"scimver-mcp ends with {self.process.wait()}")

    def pass_on(self):
        """What it has to say, later."""
        for line in self.process.stderr:
            print(line, end="", file=sys.stderr, flush=True)

    def stop(self):
        """Returns its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=60)


class Service:
    """
    Where SCIM is, with which token, and how it is asked: "keep" the connections, "ca" the
    certificate of TLS.  ask() is for who makes requests by hand, by path or by URL.
    """

    def __init__(self, url, token, ca=None, keep=True):
        self.url, self.token, self.ca, self.keep = url, token, ca, keep
        self.http = self.client()

    def client(self):
        """A client of others' libraries."""
        verify = ssl.create_default_context(cafile=self.ca) if self.ca else False
        headers = {"Authorization": f"Bearer {self.token}"} | ({} if self.keep else {"Connection": "close"})
        return httpx2.Client(base_url=self.url, headers=headers, verify=verify, timeout=60)

    def ask(self, target, method="GET", body=None, **headers):
        """Returns status, header fields and what the body holds."""
        data = None if body is None else json.dumps(body)
        content = {} if body is None else {"Content-Type": "application/scim+json"}
        answer = self.http.request(method, target, content=data, headers=content | headers)
        return answer.status_code, answer.headers, answer.json() if answer.content else None


def make_certificate(folder):
    """Its certificate and its key, which is signed by itself: paths."""
    certificate, key = Path(folder) / "tls.crt", Path(folder) / "tls.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                    "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    return str(certificate), str(key)

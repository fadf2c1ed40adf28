"""
Suites that others published, races, bulks and a whole life of a user, against scimver-mcp
--http; prints TAP.

    main.py CONNINFO FILES NAME...

CONNINFO is of a server and of a role that may make databases there; FILES a folder with
Microsoft's and Okta's files, which may not be there; NAME a run ("microsoft-entra",
"microsoft-entra-mapped": on tables that people had; "races-rfc-tls", "races-rfc-close":
over TLS, with a connection for each request), "quick" or "all".  What a suite finds
is compared with baseline.json.  PSQL names psql, SCIMVER_MCP the bridge.
"""
import json
import os
import subprocess
import sys
import tempfile
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

import bulk
import life
import okta
import published
import races
from service import Bridge, Service, make_certificate

HERE = Path(__file__).parent

# What a suite is run by, what it wants to be there before, and the file that it is in.
SUITES = {
    "scim2-tester": (published.scim2_tester, None, None),
    "scim-sanity": (published.scim_sanity, "agents.sql", None),
    "microsoft": (published.microsoft, None, "microsoft-postman-collection.json"),
    "okta": (okta.run, "somebody.sql", "okta-runscope.json"),
    "races": (races.run, None, None),
    "bulk": (bulk.run, None, None),
    "life": (life.run, None, None),
}
WAYS = ("http", "tls", "close")


class Run(NamedTuple):
    suite: str
    profile: str
    storage: str = "created"  # of test/behaviour
    way: str = "http"  # one of WAYS

    def __str__(self):
        parts = [self.suite, self.profile] + [part for part in (self.storage, self.way) if part not in ("created", "http")]
        return "-".join(parts)


RUNS = [Run(suite, profile, storage) for storage in ("created", "mapped") for suite in SUITES
        for profile in ("rfc", "interop", "entra", "okta") + (("entra_200",) if suite == "scim-sanity" else ())]
RUNS += [Run(suite, profile, way=way) for way in WAYS[1:] for suite in SUITES for profile in ("rfc", "entra", "okta")]
QUICK = ["scim2-tester-rfc", "scim2-tester-rfc-mapped", "scim-sanity-rfc", "scim-sanity-entra", "scim-sanity-entra_200",
         "microsoft-rfc", "microsoft-entra", "microsoft-entra-mapped", "microsoft-entra-tls", "okta-rfc", "okta-okta",
         "okta-okta-close", "races-rfc", "races-rfc-mapped", "races-rfc-tls", "races-rfc-close", "bulk-rfc", "bulk-rfc-mapped",
         "bulk-entra", "life-rfc", "life-entra-mapped", "life-okta-tls", "life-rfc-close"]


class Tap:
    def __init__(self):
        self.tests = self.failed = 0

    def ok(self, passed, name, detail=""):
        self.tests += 1
        self.failed += not passed
        print("ok" if passed else "not ok", self.tests, "-", name.replace("#", ""))
        if not passed and detail:
            print("#", str(detail)[:2000].replace("\n", "\n# "), flush=True)


def make_roles(conninfo):
    """The bridge's own, and who its tokens are of."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        as_option = " WITH INHERIT FALSE, SET TRUE" if connection.info.server_version >= 160000 else ""
        connection.execute("CREATE ROLE scim_bridge LOGIN NOINHERIT")
        connection.execute("CREATE ROLE provisioner NOLOGIN")
        connection.execute(f"GRANT provisioner TO scim_bridge{as_option}")


def make_database(conninfo, run, setup):
    """A database with users and groups and what the suite wants; returns its conninfo."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{run}"')
    conninfo = psycopg.conninfo.make_conninfo(conninfo, dbname=str(run))
    files = [HERE.parent / f"behaviour/{run.storage}.sql"] + ([HERE / setup] if setup else []) + [HERE / "bridge.sql"]
    files += [HERE / "mapped.sql"] if run.storage == "mapped" else []
    command = [os.environ.get("PSQL", "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", conninfo]
    command += ["-c", "SET client_min_messages = warning", "-c", "CREATE EXTENSION scimver CASCADE"]
    subprocess.run(command + [f"--file={file}" for file in files], check=True, stdout=sys.stderr)
    return conninfo


def make_token(conninfo, profile):
    with psycopg.connect(conninfo, autocommit=True) as connection:
        options = json.dumps({"profile": profile, "scopes": ["scim"]})
        made = connection.execute("SELECT scim_create_token('provisioner', 'default', %s::jsonb)", [options]).fetchone()[0]
    return made["token"]


@contextmanager
def serving(conninfo, run):
    """The bridge before a database, as a service; it ends well."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(folder) if run.way == "tls" else (None, None)
        bridge = Bridge(psycopg.conninfo.make_conninfo(conninfo, user="scim_bridge"),
                        *(["--tls-cert", certificate, "--tls-key", key] if certificate else []))
        try:
            yield Service(f"{bridge.url}/scim/v2", make_token(conninfo, run.profile), certificate, run.way != "close")
        finally:
            code = bridge.stop()
        if code != 0:
            raise RuntimeError(f"scimver-mcp ends with {code}")


def checks_of(run, conninfo, files):
    """What a suite finds, with names that differ."""
    function, setup, _ = SUITES[run.suite]
    seen = {}
    with serving(make_database(conninfo, run, setup), run) as service:
        for name, passed, said in function(service, files):
            seen[name] = seen.get(name, 0) + 1
            yield name if seen[name] == 1 else f"{name} ({seen[name]})", passed, said


def left_of(expected, profile):
    """The checks that are left, and why: those of a suite under a profile."""
    return {check: group["reason"] for group in expected["left"]
            if profile in group.get("profiles", [profile]) for check in group["checks"]}


def judge(tap, run, checks, expected):
    """Compares with what was found before: nothing new may fail, or pass, or not be there."""
    left = left_of(expected, run.profile)
    counts = {True: 0, False: 0, None: 0}
    for name, passed, said in checks:
        counts[passed] += 1
        reason = left.pop(name, None)
        if passed is None:
            continue
        if reason is None:
            tap.ok(passed, f"{run}: {name}", said)
        else:
            tap.ok(not passed, f"{run}: {name}: fails: {reason}", "it passes: take it out of baseline.json")
    for name in left:
        tap.ok(False, f"{run}: {name}: is not checked any more")
    tap.ok(sum(counts.values()) == expected["checks"], f"{run}: {expected['checks']} checks", f"{sum(counts.values())} now")
    print(f"# {run}: {counts[True]} of {sum(counts.values())} pass, {counts[None]} skipped", flush=True)


def main(conninfo, files, *names):
    baseline = json.loads((HERE / "baseline.json").read_text())
    tap = Tap()
    make_roles(conninfo)
    known = {str(run): run for run in RUNS}
    for run in (known[name] for name in {"quick": QUICK, "all": known}.get(names[0], names)):
        file = SUITES[run.suite][2]
        if file and not (Path(files) / file).exists():
            print(f"# SKIP {run}: there is no {file} in {files}")
            continue
        try:
            judge(tap, run, checks_of(run, conninfo, Path(files)), baseline[run.suite])
        except Exception:  # the others go on
            tap.ok(False, f"{run}: breaks down", traceback.format_exc())
    print(f"1..{tap.tests}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

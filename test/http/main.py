"""
Suites that others published, races and bulks, against scim_http() behind front.py; prints TAP.

    main.py CONNINFO FILES NAME...

CONNINFO is of a server and of a role that may make databases there; FILES a folder with
Microsoft's and Okta's files, which may not be there; NAME a run ("microsoft-entra",
"microsoft-entra-mapped": on tables that people had), "quick" or "all".  What a suite finds
is compared with baseline.json.  PSQL names psql.
"""
import json
import os
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import NamedTuple

import psycopg

import bulk
import okta
import published
import races
from front import Front

HERE = Path(__file__).parent

# What a suite is run by, what it wants to be there before, and the file that it is in.
SUITES = {
    "scim2-tester": (published.scim2_tester, None, None),
    "scim-sanity": (published.scim_sanity, "agents.sql", None),
    "microsoft": (published.microsoft, None, "microsoft-postman-collection.json"),
    "okta": (okta.run, "somebody.sql", "okta-runscope.json"),
    "races": (races.run, None, None),
    "bulk": (bulk.run, None, None),
}


class Run(NamedTuple):
    suite: str
    profile: str
    storage: str = "created"  # of test/behaviour

    def __str__(self):
        return f"{self.suite}-{self.profile}" + ("" if self.storage == "created" else f"-{self.storage}")


RUNS = [Run(suite, profile, storage) for storage in ("created", "mapped") for suite in SUITES
        for profile in ("rfc", "interop", "entra", "okta") + (("entra_200",) if suite == "scim-sanity" else ())]
QUICK = ["scim2-tester-rfc", "scim2-tester-rfc-mapped", "scim-sanity-rfc", "scim-sanity-entra", "scim-sanity-entra_200",
         "microsoft-rfc", "microsoft-entra", "microsoft-entra-mapped", "okta-rfc", "okta-okta",
         "races-rfc", "races-rfc-mapped", "bulk-rfc", "bulk-rfc-mapped", "bulk-entra"]


class Tap:
    def __init__(self):
        self.tests = self.failed = 0

    def ok(self, passed, name, detail=""):
        self.tests += 1
        self.failed += not passed
        print("ok" if passed else "not ok", self.tests, "-", name.replace("#", ""))
        if not passed and detail:
            print("#", str(detail)[:2000].replace("\n", "\n# "), flush=True)


def make_database(conninfo, run, setup):
    """A database with users and groups and what the suite wants; returns its conninfo."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{run}"')
    conninfo = psycopg.conninfo.make_conninfo(conninfo, dbname=str(run))
    files = [HERE.parent / f"behaviour/{run.storage}.sql"] + ([HERE / setup] if setup else [])
    command = [os.environ.get("PSQL", "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", conninfo]
    command += ["-c", "SET client_min_messages = warning", "-c", "CREATE EXTENSION scimver CASCADE"]
    subprocess.run(command + [f"--file={file}" for file in files], check=True, stdout=sys.stderr)
    return conninfo


def checks_of(run, conninfo, files):
    """What a suite finds, with names that differ."""
    function, setup, _ = SUITES[run.suite]
    conninfo = psycopg.conninfo.make_conninfo(make_database(conninfo, run, setup),
                                              options=f"-c scimver.profile={run.profile}")
    seen = {}
    with Front(conninfo) as front:
        threading.Thread(target=front.serve_forever, daemon=True).start()
        try:
            for name, passed, said in function(front.url, files):
                seen[name] = seen.get(name, 0) + 1
                yield name if seen[name] == 1 else f"{name} ({seen[name]})", passed, said
        finally:
            front.shutdown()


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

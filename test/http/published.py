"""
Suites that others published, run against a URL.  Each gives its checks in their order:
(name, did it pass, what it says of it).
"""
import json
import subprocess
import sys
from pathlib import Path

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from scim_sanity.probe.runner import run_probe_api

HERE = Path(__file__).parent


def scim2_tester(url, files):
    """scim2-tester: what it finds out from discovery it tries, every attribute of it."""
    with httpx2.Client(base_url=url) as http:
        for result in check_server(SyncSCIMClient(http)):
            name = " ".join(filter(None, (result.resource_type, result.title, attribute_of(result))))
            passed = None if result.status is Status.SKIPPED else result.status not in (Status.ERROR, Status.CRITICAL)
            yield name, passed, result.reason or ""


def attribute_of(result):
    """The attribute that a check was about, by which its many results differ."""
    return str(result.data.get("urn", "")) if isinstance(result.data, dict) else ""


def scim_sanity(url, files):
    """scim-sanity: a probe that makes resources of each type, changes and deletes them."""
    for result in run_probe_api(url)["results"]:
        if result["phase"] == "Cleanup":
            continue
        passed = {"pass": True, "skip": None, "warn": True}.get(result["status"], False)
        yield f"{result['phase'].split(' — ')[-1]}: {result['name']}", passed, result.get("message", "")


def microsoft(url, files):
    """Microsoft's Postman collection, run by newman."""
    scheme, _, server = url.partition("://")
    place, _, api = server.partition("/")
    host, _, port = place.partition(":")
    variables = {"Protocol": scheme, "Server": host, "Port": f":{port}", "Api": api, "token": "none"}
    command = [HERE / "node_modules/.bin/newman", "run", files / "microsoft-postman-collection.json",
               "--reporters", "json", "--reporter-json-export", "/dev/stdout", "--timeout-request", "10000"]
    for name, value in variables.items():
        command += ["--env-var", f"{name}={value}"]
    found = subprocess.run(command, stdout=subprocess.PIPE, stderr=sys.stderr, check=False)
    for execution in json.loads(found.stdout)["run"]["executions"]:
        for assertion in execution.get("assertions", ()):
            name = f"{execution['item']['name']}: {assertion['assertion']}"
            error = assertion.get("error")
            yield name, not error, error["message"] if error else ""

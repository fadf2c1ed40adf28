"""
Suites that others published, run against a service.  Each gives its checks in their order:
(name, did it pass, what it says of it).
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from scim_sanity.probe.runner import run_probe_api

HERE = Path(__file__).parent


def scim2_tester(service, files):
    """scim2-tester: what it finds out from discovery it tries, every attribute of it."""
    with service.client() as http:
        for result in check_server(SyncSCIMClient(http)):
            name = " ".join(filter(None, (result.resource_type, result.title, attribute_of(result))))
            passed = None if result.status is Status.SKIPPED else result.status not in (Status.ERROR, Status.CRITICAL)
            yield name, passed, result.reason or ""


def attribute_of(result):
    """The attribute that a check was about, by which its many results differ."""
    return str(result.data.get("urn", "")) if isinstance(result.data, dict) else ""


def scim_sanity(service, files):
    """scim-sanity: a probe that makes resources of each type, changes and deletes them."""
    for result in run_probe_api(service.url, token=service.token, ca_bundle=service.ca)["results"]:
        if result["phase"] == "Cleanup":
            continue
        passed = {"pass": True, "skip": None, "warn": True}.get(result["status"], False)
        yield f"{result['phase'].split(' — ')[-1]}: {result['name']}", passed, result.get("message", "")


def microsoft(service, files):
    """Microsoft's Postman collection, run by newman."""
    scheme, _, server = service.url.partition("://")
    place, _, api = server.partition("/")
    host, _, port = place.partition(":")
    variables = {"Protocol": scheme, "Server": host, "Port": f":{port}", "Api": api}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as collection:
        json.dump(with_token(json.loads((files / "microsoft-postman-collection.json").read_text()), service), collection)
        collection.flush()
        command = [HERE / "node_modules/.bin/newman", "run", collection.name, "--reporters", "json",
                   "--reporter-json-export", "/dev/stdout", "--timeout-request", "10000"]
        command += ["--ssl-extra-ca-certs", service.ca] if service.ca else []
        for name, value in variables.items():
            command += ["--env-var", f"{name}={value}"]
        found = subprocess.run(command, stdout=subprocess.PIPE, stderr=sys.stderr, check=False)
    for execution in json.loads(found.stdout)["run"]["executions"]:
        for assertion in execution.get("assertions", ()):
            name = f"{execution['item']['name']}: {assertion['assertion']}"
            error = assertion.get("error")
            yield name, not error, error["message"] if error else ""


def with_token(collection, service):
    """Its first step, which asks its own server for a token, would take away the one that we have."""
    text = json.dumps(collection).replace("{{token}}", service.token)
    return json.loads(text, object_hook=None if service.keep else closing)


def closing(part):
    if isinstance(part.get("header"), list):
        part["header"].append({"key": "Connection", "value": "close"})
    return part

"""
Okta's tests of a SCIM server, as they were exported from Runscope: requests one after the
other, each with variables that it sets and assertions on what came back.
"""
import json
import re
import time
import urllib.parse

# What its site of random users would say; that step is not run.
RANDOM_USER = {"randomEmail": "ada.byron@example.com", "randomUsername": "sadlion123",
               "randomGivenName": "Ada", "randomFamilyName": "Byron",
               "userIdThatDoesNotExist": "5f4dcc3b5aa765d61d8327deb882cf99"}

# Each comparison of an assertion: of what is there with what is wanted.
COMPARISONS = {
    "equal": lambda found, wanted: as_text(found) == wanted,
    "equal_number": lambda found, wanted: float(found) == float(wanted),
    "is_less_than": lambda found, wanted: float(found) < float(wanted),
    "is_a_number": lambda found, wanted: type(found) in (int, float),
    "not_empty": lambda found, wanted: found not in (None, "", [], {}),
    "has_value": lambda found, wanted: wanted in found,
    "contains": lambda found, wanted: wanted in found,
}


def as_text(value):
    """As Runscope compares: true is "true"."""
    return value if isinstance(value, str) else json.dumps(value)


def fill_in(text, variables):
    return re.sub(r"\{\{([^{}]+)\}\}", lambda match: variables[match[1]], text)


def request(service, step, variables):
    """Does it; returns the sources of assertions."""
    # blanks and quotes, which Runscope encodes
    url = urllib.parse.quote(fill_in(step["url"], variables), safe=":/?&=%")
    body = fill_in(step["body"], variables).encode() if step.get("body") else None
    headers = {name: values[0].strip() for name, values in step["headers"].items()}
    start = time.monotonic()
    answer = service.http.request(step["method"], url, content=body, headers=headers)
    return {"response_status": answer.status_code, "response_json": answer.json() if answer.content else None,
            # ten times as long will do: what is tested is not the machine
            "response_time": (time.monotonic() - start) * 1000 / 10}


def find(source, sources, path):
    value = sources[source]
    for name in (path or "").split("."):
        value = value.get(name) if name and isinstance(value, dict) else value
    return value


def run(service, files):
    """The checks, in their order: (name, did it pass, what it found)."""
    variables = {"SCIM Base URL": service.url, **RANDOM_USER}
    with open(files / "okta-runscope.json", encoding="utf-8") as file:
        steps = [step for step in json.load(file)["steps"] if "{{SCIM Base URL}}" in step["url"]]
    for step in steps:
        sources = request(service, step, variables)
        for variable in step["variables"]:
            variables[variable["name"]] = find(variable["source"], sources, variable["property"]) or ""
        for assertion in step["assertions"]:
            found = find(assertion["source"], sources, assertion.get("property"))
            wanted = fill_in(str(assertion["value"]), variables)
            subject = assertion.get("property") or assertion["source"]
            try:
                passed = COMPARISONS[assertion["comparison"]](found, wanted)
            except TypeError:  # of nothing
                passed = False
            yield f"{step['note']}: {subject} {assertion['comparison']} {wanted}", passed, f"found {found!r}"

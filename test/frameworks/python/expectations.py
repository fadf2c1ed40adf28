"""What is expected of every client; and results, as TAP."""
import json
from typing import NamedTuple


class Seen(NamedTuple):
    """What a framework shows to a model of one call."""
    text: str
    flag: bool | None  # is it marked as an error?  None: nothing is said of that


class Tap:
    def __init__(self, quiet=False):
        self.tests = self.failed = 0
        self.quiet = quiet

    def ok(self, passed, name, detail=""):
        self.tests += 1
        self.failed += not passed
        if self.quiet:
            return
        print("ok" if passed else "not ok", self.tests, "-", name.replace("#", ""))
        if not passed:
            print("#", str(detail)[:2000].replace("\n", "\n# "), flush=True)

    def equal(self, got, wanted, name):
        self.ok(got == wanted, name, f"got {got!r}, wanted {wanted!r}")

    def finish(self):
        print(f"1..{self.tests}", flush=True)
        return 1 if self.failed else 0


def objects_in(value):
    """All objects of a value, texts that hold JSON opened, the outer ones first."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)
    elif isinstance(value, str):
        start = min((at for at in (value.find("{"), value.find("[{")) if at >= 0), default=None)
        if start is not None:
            try:
                yield from objects_in(json.JSONDecoder().raw_decode(value, start)[0])
            except ValueError:
                pass


def envelope_in(text):
    """The answer as scimver gives it, wherever a framework put it; {} if it is not there whole."""
    return next((found for found in objects_in(text) if isinstance(found.get("success"), bool) and "metadata" in found), {})


def lost_parameters(schema, converted):
    """What a converted tool does not tell a model of, or wants otherwise."""
    lost = [name for name in schema.get("properties", {}) if name not in converted.get("properties", {})]
    lost += [f"{name} is not required" for name in schema.get("required", []) if name not in converted.get("required", [])]
    return lost + ([] if converted.get("type", "").lower() == "object" else ["it is no object"])


def left_out(schema):
    """What a model says that may leave out nothing."""
    kinds = [kind["type"] for kind in schema.get("anyOf", [schema])]
    if "null" in kinds:
        return None
    return {"string": "", "array": [], "object": {}, "boolean": False, "integer": schema.get("minimum", 0)}[kinds[0]]


def filled(schema, arguments):
    """The arguments, with all that the converted tool wants besides."""
    wanted = {name: left_out(schema["properties"][name]) for name in schema.get("required", [])}
    return {**wanted, **arguments}

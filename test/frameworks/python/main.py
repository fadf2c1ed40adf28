"""
A client or a framework in Python against scimver-mcp; prints TAP.

    main.py NAME prove
    main.py NAME count USER_ID STEPS FOLDER

NAME is an adapter's (adapters/NAME.py), with "-VARIANT" behind it, if it has variants.  What
the environment says is in ../README.md.  An adapter has PACKAGE, whose version is told, and
connect(command, VARIANT or None): a context in which "schemas" has the parameters of each
tool as the framework has converted it, and "call" returns what a model is shown.  It may have
more(tap, command, job): what else is to be proved of it, by job(tools) perhaps.
"""
import asyncio
import importlib
import os
import sys
import time
import traceback
from importlib.metadata import version
from pathlib import Path

import database
from expectations import Tap, lost_parameters
from model import Model

HERE = Path(__file__).parent
GIVEN_UP_BY_BRIDGE = 8  # seconds: its --timeout, for a call that nobody cancels


def load(name):
    """The adapter of that name, and the variant."""
    parts = name.split("-")
    for length in range(len(parts), 0, -1):
        module = "_".join(parts[:length])
        if (HERE / "adapters" / f"{module}.py").exists():
            return importlib.import_module(f"adapters.{module}"), "-".join(parts[length:]) or None
    raise SystemExit(f"no such client: {name}")


def command(*options):
    return [os.environ["SCIMVER_MCP"], *options, os.environ["CONNINFO"]]


async def prove_tools(tap, connect, toolset):
    """All tools of a set become the framework's own."""
    async with connect(command("--toolset", toolset) if toolset else command()) as tools:
        wanted = database.tools(toolset)
        name = f"tools of {toolset}" if toolset else "the tools"
        tap.equal(sorted(tools.schemas), sorted(wanted), f"{name} are converted ({len(wanted)})")
        lost = {tool: lost for tool, schema in tools.schemas.items() if (lost := lost_parameters(wanted[tool], schema))}
        tap.equal(lost, {}, f"{name} keep their parameters")


async def prove_job(tap, name, model):
    """Create, a conditional update, a mismatch, what follows from it; returns the user's id."""
    created, seen = await model.call("scim_create_user", user_data={"userName": f"{name}@example.org", "title": "one"})
    tap.ok(created.get("success"), "create", seen.text)
    user_id, first = created["content"]["id"], created["metadata"]["version"]
    updated, seen = await model.patch(user_id, first, title="two")
    tap.equal((updated.get("success"), database.user(user_id)["title"]), (True, "two"), "a conditional update")
    for person in ("ann", "bob"):  # twice: some end the run at the second error in a row
        database.query(f"SELECT scim_patch_user('{user_id}', '[{{\"op\": \"replace\", \"path\": \"nickName\", \"value\": \"{person}\"}}]')")
        late, seen = await model.patch(user_id, updated["metadata"]["version"], title=person)
        tap.equal(late.get("content", {}).get("error_code"), "VERSION_MISMATCH", f"a mismatch is shown, {person}'s")
    tap.ok(seen.flag is not False, "it is not shown as a success", seen)
    print(f"# a mismatch, {'marked' if seen.flag else 'not marked'} as an error: {seen.text[:200]}")
    content = late["content"]
    merged, seen = await model.patch(user_id, content["current_version"], title=f"three, {content['current']['nickName']}")
    there = database.user(user_id)
    tap.equal((merged.get("success"), there["title"], there["nickName"]), (True, "three, bob", "bob"), "recovers, and nothing is lost")
    return user_id


async def until(condition, seconds):
    """Waits for a condition; returns for how long, or None if it did not come."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            return None
        await asyncio.sleep(0.05)
    return time.monotonic() - start


async def prove_cancel(tap, model, user_id):
    """A call that waits for a row is given up."""
    before = database.user(user_id)
    with database.Lock(user_id):
        call = asyncio.create_task(model.patch(user_id, before["meta"]["version"], title="given up"))
        waited = await until(lambda: database.waiting() == 1 or call.done(), 10)
        tap.ok(waited is not None and not call.done(), "a call waits for a row", call)
        call.cancel()
        try:
            outcome = f"returned {(await asyncio.wait_for(call, 5))[1]}"
        except (asyncio.CancelledError, asyncio.TimeoutError, Exception) as error:
            outcome = repr(error)
        seconds = await until(lambda: database.waiting() == 0, GIVEN_UP_BY_BRIDGE + 5)
        tap.ok(seconds is not None, "given up, it leaves no statement behind", outcome)
    print(f"# given up: {outcome}; the statement ended after {seconds or 99:.1f} s")
    await asyncio.sleep(0.3)
    tap.equal(database.user(user_id), before, "and has written nothing")
    try:
        after, seen = await model.call("scim_get_user", user_id=user_id)
        tap.ok(after.get("success"), "the next call works", seen)
    except Exception as error:
        tap.ok(False, "the next call works", repr(error))


async def prove(tap, name, connect, more):
    for toolset in os.environ["SCIMVER_SETS"].split() or [""]:
        await prove_tools(tap, connect, toolset)
    async with connect(command("--timeout", str(GIVEN_UP_BY_BRIDGE))) as tools:
        model = Model(tools)
        user_id = await prove_job(tap, name, model)
        await prove_cancel(tap, model, user_id)
    if more:
        await more(tap, command(), lambda tools: prove_job(Tap(quiet=True), f"{name}-more", Model(tools)))


async def count(tap, name, connect, _more, user_id, steps, folder):
    async with connect(command()) as tools:
        model = Model(tools)
        Path(folder, name).touch()
        await until(Path(folder, "go").exists, 60)
        for _ in range(int(steps)):
            await model.increment(user_id, name)
        tap.ok(True, f"{steps} increments, {model.mismatches} mismatches recovered")


def main(name, mode, *arguments):
    adapter, variant = load(name)
    print(f"# version {version(adapter.PACKAGE)}", flush=True)
    tap = Tap()
    run = {"prove": prove, "count": count}[mode]
    try:
        asyncio.run(run(tap, name, lambda words: adapter.connect(words, variant), getattr(adapter, "more", None), *arguments))
    except BaseException as error:
        while isinstance(error, BaseExceptionGroup):  # what it is about is the innermost
            error = error.exceptions[0]
        tap.ok(False, "comes to its end", "".join(traceback.format_exception(error)[-8:]))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

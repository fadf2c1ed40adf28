"""
Bulk requests (RFC 7644 section 3.7): what HTTP says of them, what another's client makes of
their answers (scim2-client, which reads them strictly), and two clients whose bulks cross.
"""
from concurrent.futures import ThreadPoolExecutor

from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import BulkRequest, BulkResponse, Error

from races import create

MESSAGE = "urn:ietf:params:scim:api:messages:2.0:"
CROSSINGS = 20  # of two bulks
CROSSED = 40  # operations of each


def bulk(service, operations, prefer=None, **message):
    """Returns status, what stands in Preference-Applied, and what the body holds."""
    request = {"schemas": [MESSAGE + "BulkRequest"], "Operations": operations, **message}
    status, headers, answer = service.ask("/Bulk", "POST", request, **({"Prefer": prefer} if prefer else {}))
    return status, headers.get("Preference-Applied"), answer


def make(endpoint, bulk_id, **attributes):
    schema = {"Users": "User", "Groups": "Group"}[endpoint]
    return {"method": "POST", "path": f"/{endpoint}", "bulkId": bulk_id,
            "data": {"schemas": [f"urn:ietf:params:scim:schemas:core:2.0:{schema}"], **attributes}}


def change(method, path, **operation):
    return {"method": method, "path": path, **operation}


def patched(path, attribute, value, **operation):
    data = {"schemas": [MESSAGE + "PatchOp"], "Operations": [{"op": "replace", "path": attribute, "value": value}]}
    return change("PATCH", path, data=data, **operation)


def statuses(answer):
    return [entry["status"] for entry in answer["Operations"]]


def is_error(answer, status):
    return answer.get("schemas") == [MESSAGE + "Error"] and answer.get("status") == status


def limits(service):
    """What ServiceProviderConfig says is kept, to the operation and to the byte."""
    config = service.ask("/ServiceProviderConfig", "GET")[2]["bulk"]
    most, bytes_ = config["maxOperations"], config["maxPayloadSize"]
    yield "ServiceProviderConfig tells limits", config["supported"] is True and most > 0 and bytes_ > 0, config
    absent = [change("DELETE", f"/Users/{number}") for number in range(most + 1)]
    status, _, answer = bulk(service, absent)
    yield "one operation more is 413", status == 413 and is_error(answer, "413") and str(most) in answer["detail"], answer
    status, _, answer = bulk(service, absent[:most])
    yield "as many operations are done", status == 200 and set(statuses(answer)) == {"404"} and len(answer["Operations"]) == most, status
    status, _, answer = bulk(service, [make("Users", "large", userName="large", title="x" * bytes_)])
    yield "more bytes are 413", status == 413 and is_error(answer, "413") and str(bytes_) in answer["detail"], answer


def requests(service):
    """What is wrong with the request is its status, and what a client prefers its headers."""
    yield "GET /Bulk is 405", service.ask("/Bulk", "GET")[0] == 405, ""
    for name, body in {"no message": [], "no Operations": {"schemas": [MESSAGE + "BulkRequest"]}, "no array": {"schemas": [MESSAGE + "BulkRequest"], "Operations": {}}}.items():
        status, _, answer = service.ask("/Bulk", "POST", body)
        yield f"{name} is 400", status == 400 and is_error(answer, "400"), answer
    status, preference, answer = bulk(service, [make("Users", "a", userName="atomic 1"), make("Users", "b", userName="atomic 1"), make("Users", "c", userName="atomic 2")], "atomic")
    yield "atomic is told", status == 200 and preference == "atomic", preference
    yield "... and undoes all", statuses(answer) == ["424", "409", "424"] and not any("location" in entry for entry in answer["Operations"]), answer
    status, preference, answer = bulk(service, [make("Users", "a", userName="atomic 1"), make("Users", "b", userName="atomic 2")], "return=minimal, atomic")
    yield "... or does all", statuses(answer) == ["201", "201"] and "atomic" in preference, answer
    status, preference, answer = bulk(service, [make("Users", "a", userName="atomic 1"), make("Users", "b", userName="after")])
    yield "without it, the others are done", preference is None and statuses(answer) == ["409", "201"], answer
    status, _, answer = bulk(service, [change("DELETE", "/Users/1"), change("DELETE", "/Users/2"), change("DELETE", "/Users/3")], failOnErrors=2)
    yield "failOnErrors ends it", status == 200 and statuses(answer) == ["404", "404"], answer


def answers(service):
    """Each entry says what a single request would; the locations lead there."""
    status, _, answer = bulk(service, [
        make("Groups", "tours", displayName="Bulk tours", members=[{"value": "bulkId:alice", "type": "User"}]),
        make("Users", "alice", userName="bulk alice", title="bulkId:alice is my name"),
        patched("/Users/bulkId:alice", "nickName", "Al")])
    entries = answer["Operations"]
    yield "references lead to what is made", statuses(answer) == ["201", "201", "200"], answer
    group, user = (service.ask(entry["location"]) for entry in entries[:2])
    yield "... by the locations", group[0] == user[0] == 200 and [m["value"] for m in group[2]["members"]] == [user[2]["id"]], group[2]
    yield "... and in no text", user[2]["title"] == "bulkId:alice is my name" and user[2]["nickName"] == "Al", user[2]
    yield "versions are entity tags", (group[1]["ETag"], user[1]["ETag"]) == (entries[0]["version"], entries[2]["version"]), entries
    path = entries[1]["location"].removeprefix(service.url)
    stale, fresh = entries[1]["version"], entries[2]["version"]
    status, _, answer = bulk(service, [patched(path, "nickName", "Ali", version=stale), patched(path, "nickName", "Lis", version=fresh), change("GET", path), change("DELETE", "/Users/x")])
    yield "an old version is 412", statuses(answer) == ["412", "200", "405", "404"], answer
    single = {"412": None, "404": service.ask("/Users/x", "DELETE")[2]}
    yield "errors have the body of the single request", answer["Operations"][3]["response"] == single["404"] and is_error(answer["Operations"][0]["response"], "412"), answer
    status, _, answer = bulk(service, [change("DELETE", path), change("DELETE", entries[0]["location"].removeprefix(service.url))])
    yield "deleted", statuses(answer) == ["204", "204"] and not any("version" in entry for entry in answer["Operations"]), answer


def read_by_others(service):
    """scim2-client makes the request and reads the answer, and refuses what RFC 7644 has not."""
    with service.client() as http:
        client = SyncSCIMClient(http)
        client.discover()
        answer = client.bulk({"schemas": [MESSAGE + "BulkRequest"], "failOnErrors": 3, "Operations": [
            make("Users", "one", userName="others 1"), make("Users", "two", userName="others 1"),
            make("Groups", "all", displayName="Others", members=[{"value": "bulkId:one"}]),
            patched("/Users/bulkId:one", "title", "Guide"), change("DELETE", "/Groups/bulkId:all")]})
        yield "scim2-client reads the answer", isinstance(answer, BulkResponse) and [entry.status for entry in answer.operations] == [201, 409, 201, 200, 204], repr(answer)
        failed = answer.operations[1].response if isinstance(answer, BulkResponse) else None
        yield "... and the error in it", isinstance(failed, Error) and failed.scim_type == "uniqueness", repr(failed)


def crossing(service):
    """Two bulks at once, over the same in opposite orders: each ends, and each entry is true."""
    users = [create(service, "Users", "User", userName=f"crossed {number}") for number in range(CROSSED)]

    def cross(turn, step):
        mine = [patched(f"/Users/{user}", "title", f"{turn}, {step}") for user in users[::step]]
        names = [make("Users", f"{number}", userName=f"crossing {turn}, {number}") for number in range(CROSSED)][::step]
        return bulk(service, mine + names)

    found = set()
    made = []
    with ThreadPoolExecutor(2) as clients:
        for turn in range(CROSSINGS):
            for status, _, answer in clients.map(lambda step: cross(turn, step), (1, -1)):
                found |= {status, *statuses(answer)} if status == 200 else {status}
                made += [entry["location"] for entry in answer.get("Operations", ()) if entry["status"] == "201"]
    yield "bulks that cross end", found == {200, "200", "201", "409"}, f"{found}"
    yield "each name is made once", len(set(made)) == len(made) == CROSSINGS * CROSSED, len(made)
    titles = {service.ask(f"/Users/{user}", "GET")[2]["title"] for user in users}
    yield "nothing is half done", len(titles) == 1, f"{titles}"


def run(service, files):
    for checks in (limits, requests, answers, read_by_others, crossing):
        yield from checks(service)

"""
Clients that write at once: members of one group, one by one (as Entra does), and a number
in a user that each reads and writes with If-Match.  Nothing may be lost.
"""
from concurrent.futures import ThreadPoolExecutor

CLIENTS = 8
MEMBERS = 40
STEPS = 8  # of each client


def create(service, endpoint, schema, **attributes):
    return service.ask(f"/{endpoint}", "POST", {"schemas": [f"urn:ietf:params:scim:schemas:core:2.0:{schema}"], **attributes})[2]["id"]


def patch(service, path, operations, **headers):
    return service.ask(path, "PATCH", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}, **headers)[0]


def increment(service, user, client):
    """Until it is done; returns the statuses on the way."""
    statuses = []
    for step in range(STEPS):
        while not statuses or statuses.count(200) <= step:
            _, headers, found = service.ask(user)
            # who was second must not find what it wants there already
            title = {"op": "replace", "path": "title", "value": f"{client}, {step}"}
            number = {"op": "replace", "path": "nickName", "value": str(int(found.get("nickName", 0)) + 1)}
            tags = headers["ETag"] if client % 2 else f'W/"AAAAAAAAAAA=", {headers["ETag"]}'
            statuses.append(patch(service, user, [title, number], **{"If-Match": tags}))
            if statuses[-1] not in (200, 412):
                return statuses
    return statuses


def run(service, files):
    users = [create(service, "Users", "User", userName=f"racer {number}") for number in range(MEMBERS)]
    group = f"/Groups/{create(service, 'Groups', 'Group', displayName='Racers')}"
    with ThreadPoolExecutor(CLIENTS) as clients:
        added = list(clients.map(lambda user: patch(service, group, [{"op": "add", "path": "members", "value": [{"value": user}]}]), users))
        steps = list(clients.map(lambda client: increment(service, f"/Users/{users[0]}", client), range(CLIENTS)))
    yield "each member is added", set(added) <= {200, 204}, f"statuses {sorted(set(added))}"
    members = {member["value"] for member in service.ask(group)[2]["members"]}
    yield "none is lost", members == set(users), f"{len(members)} of {len(users)}"
    others = {status for statuses in steps for status in statuses} - {200, 412}
    yield "conditional writes succeed, or are told to read again", not others, f"statuses {sorted(others)}"
    number = service.ask(f"/Users/{users[0]}")[2]["nickName"]
    yield "no step is lost", number == str(CLIENTS * STEPS), f"{number} of {CLIENTS * STEPS}"

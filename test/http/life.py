"""
A whole life of a user, by scim2-client, which checks all that it is answered: it finds out
what there is, creates, reads, finds, replaces, patches and deletes, each on the condition
of the version that it has read; and as often with one that is not the last any more.
"""
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Error, ListResponse, PatchOp, PatchOperation


def status_of(answer):
    """Of an error; None: it is none."""
    return answer.status if isinstance(answer, Error) else None


def patch_of(model, path, value):
    return PatchOp[model](operations=[PatchOperation[model](op="replace", path=path, value=value)])


def begin(client):
    client.discover()
    yield "ETags are supported, as it finds out", client.provider.config.etag.supported is True, repr(client.provider.config.etag)
    names = {resource_type.name for resource_type in client.provider.resource_types}
    yield "... and which types there are", {"User", "Group"} <= names, names


def read(client, model, user):
    again = client.query(model, user.id)
    yield "what is read is what was created", again == user, f"{again!r}\n{user!r}"
    again = client.query(model, user)
    yield "nothing new is 304", again == user, repr(again)
    found = client.query(model, query_parameters={"filter": f'userName eq "{user.user_name}"'})
    yield "it is found", isinstance(found, ListResponse) and [one.id for one in found.resources or ()] == [user.id], repr(found)


def write(client, model, user):
    """Gives the user as it is in the end, last."""
    stale = user.model_copy(deep=True)
    user.title = "Guide"
    user = client.replace(user)
    yield "it is replaced", user.title == "Guide" and user.meta.version != stale.meta.version, repr(user)
    stale.title = "Driver"
    yield "... not twice from one version", status_of(client.replace(stale)) == 412, ""
    stale = user
    user = client.modify(stale, patch_of(model, "displayName", "Ada K."))
    yield "it is patched", user.display_name == "Ada K." and user.title == "Guide" and user.meta.version != stale.meta.version, repr(user)
    yield "... not twice from one version", status_of(client.modify(stale, patch_of(model, "displayName", "A. K."))) == 412, ""
    yield "... nor deleted from it", status_of(client.delete(stale)) == 412, ""
    again = client.query(model, user.id)
    yield "nothing came of what was refused", again == user, f"{again!r}\n{user!r}"
    yield user


def end(client, model, user):
    yield "it is deleted", client.delete(user) is None, ""
    yield "... and gone", status_of(client.query(model, user.id)) == 404, ""
    yield "... and free for somebody else", status_of(client.create(model(user_name=user.user_name))) is None, ""


def run(service, files):
    with service.client() as http:
        client = SyncSCIMClient(http, raise_scim_errors=False)
        yield from begin(client)
        model = client.get_resource_model("User")
        user = client.create(model(user_name="life.ada", display_name="Ada", active=True))
        yield "it is created, with id, version and location", bool(user.id and user.meta.version and user.meta.location), repr(user)
        yield "... and its name is taken", status_of(client.create(model(user_name="life.ada"))) == 409, ""
        yield from read(client, model, user)
        *checks, user = write(client, model, user)
        yield from checks
        yield from end(client, model, user)

"""A model that decides by nothing but what it is shown."""
from expectations import Seen, envelope_in, filled


class Model:
    def __init__(self, tools):
        self.tools = tools
        self.mismatches = 0

    async def call(self, name, **arguments):
        """Calls a tool; returns what it has understood, and what it was shown."""
        seen = await self.tools.call(name, filled(self.tools.schemas[name], arguments))
        assert isinstance(seen, Seen) and isinstance(seen.text, str), seen
        return envelope_in(seen.text), seen

    async def patch(self, user_id, version, **attributes):
        operations = [{"op": "replace", "path": path, "value": value} for path, value in attributes.items()]
        return await self.call("scim_patch_user", user_id=user_id, operations=operations, expected_version=version)

    async def increment(self, user_id, name):
        """
        Reads the number in a user's title and writes the next one, however often it takes.
        What two write is told apart by a name: the same write twice would succeed twice.
        """
        read, _ = await self.call("scim_get_user", user_id=user_id)
        version, number = read["content"]["_version"], int(read["content"]["title"])
        while True:
            answer, seen = await self.patch(user_id, version, title=str(number + 1), nickName=name)
            if answer.get("success"):
                return
            content = answer.get("content", {})
            if content.get("error_code") != "VERSION_MISMATCH":
                raise AssertionError(f"no mismatch: {seen.text[:1000]}")
            self.mismatches += 1
            version, number = content["current_version"], int(content["current"]["title"])

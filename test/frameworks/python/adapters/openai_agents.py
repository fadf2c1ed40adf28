"""
The OpenAI Agents SDK.  As "openai-agents-strict" it makes the schemas strict where it can: a
model then may leave out nothing.
"""
import json
from contextlib import asynccontextmanager

from agents import Agent
from agents.mcp import MCPServerStdio, MCPUtil
from agents.run_context import RunContextWrapper
from agents.tool_context import ToolContext

from expectations import Seen
from model import Model

PACKAGE = "openai-agents"


class Tools:
    def __init__(self, tools):
        self.tools = {tool.name: tool for tool in tools}
        self.schemas = {tool.name: tool.params_json_schema for tool in tools}
        self.strict = sorted(tool.name for tool in tools if tool.strict_json_schema)

    async def call(self, name, arguments):
        text = json.dumps(arguments)
        context = ToolContext(context=None, tool_name=name, tool_call_id="1", tool_arguments=text)
        output = await self.tools[name].on_invoke_tool(context, text)
        return Seen(output if isinstance(output, str) else output["text"], None)


@asynccontextmanager
async def connect(command, variant):
    async with MCPServerStdio({"command": command[0], "args": command[1:]}, client_session_timeout_seconds=30) as server:
        agent = Agent(name="scripted", mcp_servers=[server])
        tools = Tools(await MCPUtil.get_function_tools(server, variant == "strict", RunContextWrapper(None), agent))
        yield tools


async def more(tap, command, _job):
    """Where the objects of a schema are closed it becomes strict: a model has to name everything."""
    async with connect(command, "strict") as tools:
        tap.ok({"scim_get_user", "scim_modify_group_members", "scim_delete_user"} <= set(tools.strict),
               f"{len(tools.strict)} of {len(tools.schemas)} schemas become strict", tools.strict)
        model = Model(tools)
        user, _ = await model.call("scim_create_user", user_data={"userName": "strict@example.org"})
        group, _ = await model.call("scim_create_group", group_data={"displayName": "strict"})
        user_id, group_id = user["content"]["id"], group["content"]["id"]
        joined, seen = await model.call("scim_modify_group_members", group_id=group_id, add=[user_id], expected_version=group["metadata"]["version"])
        tap.equal(joined.get("content", {}).get("added"), [user_id], "all that is named and empty is as if left out, by members")
        stale, seen = await model.call("scim_delete_user", user_id=user_id, expected_version="stale")
        tap.equal(stale.get("content", {}).get("error_code"), "VERSION_MISMATCH", "by a delete that comes late")
        unsaid, seen = await model.call("scim_delete_user", user_id=user_id)
        tap.equal(unsaid.get("content", {}).get("error_code"), "INVALID_VERSION_FORMAT", "but an empty expected_version is not taken for none")
        read, _ = await model.call("scim_get_user", user_id=user_id)
        deleted, seen = await model.call("scim_delete_user", user_id=user_id, expected_version=read["content"]["_version"])
        tap.ok(deleted.get("success"), "and what was read is deleted", seen)

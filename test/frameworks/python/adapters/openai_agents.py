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
        if variant == "strict":
            assert tools.strict, "no schema is strict"
            print(f"# strict: {len(tools.strict)} of {len(tools.schemas)} tools, the others have objects that are open")
        yield tools

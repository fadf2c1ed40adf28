"""LangChain: a tool's answer is a ToolMessage."""
from contextlib import asynccontextmanager

from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools

from expectations import Seen

PACKAGE = "langchain-mcp-adapters"


class Tools:
    def __init__(self, tools):
        self.tools = {tool.name: tool for tool in tools}
        self.schemas = {tool.name: convert_to_openai_tool(tool)["function"]["parameters"] for tool in tools}

    async def call(self, name, arguments):
        message = await self.tools[name].ainvoke({"type": "tool_call", "id": "1", "name": name, "args": arguments})
        return Seen("".join(block["text"] for block in message.content), message.status == "error")


@asynccontextmanager
async def connect(command, _variant):
    client = MultiServerMCPClient({"scimver": {"transport": "stdio", "command": command[0], "args": command[1:]}})
    async with client.session("scimver") as session:
        yield Tools(await load_mcp_tools(session))

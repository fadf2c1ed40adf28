"""The official client, 1.x."""
from contextlib import asynccontextmanager

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from adapters.sdk import Tools

PACKAGE = "mcp"


@asynccontextmanager
async def connect(command, _variant):
    async with stdio_client(StdioServerParameters(command=command[0], args=command[1:])) as streams:
        async with ClientSession(*streams) as session:
            await session.initialize()
            yield Tools(session, (await session.list_tools()).tools)

"""The official client, 2.x."""
from contextlib import asynccontextmanager

from mcp import Client, StdioServerParameters

from adapters.sdk import Tools

PACKAGE = "mcp"


@asynccontextmanager
async def connect(command, _variant):
    async with Client(StdioServerParameters(command=command[0], args=command[1:])) as client:
        yield Tools(client, (await client.list_tools()).tools)

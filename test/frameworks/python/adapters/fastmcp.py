"""fastmcp's client, which raises what the server marks as an error."""
from contextlib import asynccontextmanager

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from fastmcp.exceptions import ToolError

from adapters import sdk
from expectations import Seen

PACKAGE = "fastmcp"


class Tools(sdk.Tools):
    async def call(self, name, arguments):
        try:
            return await super().call(name, arguments)
        except ToolError as error:
            return Seen(str(error), True)


@asynccontextmanager
async def connect(command, _variant):
    async with Client(StdioTransport(command[0], command[1:])) as client:
        yield Tools(client, await client.list_tools())

"""AutoGen: tools of pydantic models, called by the workbench of its agents."""
from contextlib import asynccontextmanager

from autogen_core import CancellationToken
from autogen_core.tools import StaticWorkbench
from autogen_ext.tools.mcp import StdioServerParams, create_mcp_server_session, mcp_server_tools

from expectations import Seen

PACKAGE = "autogen-ext"


class Tools:
    def __init__(self, tools):
        self.workbench = StaticWorkbench(tools)
        self.schemas = {tool.name: tool.schema["parameters"] for tool in tools}

    async def call(self, name, arguments):
        result = await self.workbench.call_tool(name, arguments, CancellationToken())
        return Seen(result.to_text(), result.is_error)


@asynccontextmanager
async def connect(command, _variant):
    server = StdioServerParams(command=command[0], args=command[1:], read_timeout_seconds=30)
    async with create_mcp_server_session(server) as session:
        await session.initialize()
        yield Tools(await mcp_server_tools(server, session))

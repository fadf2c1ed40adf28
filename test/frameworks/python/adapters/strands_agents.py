"""Strands Agents: the client has a thread of its own, and a signal that gives a call up."""
import asyncio
import threading
from contextlib import asynccontextmanager
from types import SimpleNamespace

from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client
from strands.tools.mcp import MCPClient

from expectations import Seen

PACKAGE = "strands-agents"


class Tools:
    def __init__(self, tools):
        self.tools = {tool.tool_name: tool for tool in tools}
        self.schemas = {name: tool.tool_spec["inputSchema"]["json"] for name, tool in self.tools.items()}

    async def stream(self, name, arguments, signal):
        use = {"toolUseId": "1", "name": name, "input": arguments}
        events = [event async for event in self.tools[name].stream(use, {"agent": SimpleNamespace(_cancel_signal=signal)})]
        return events[-1].tool_result

    async def call(self, name, arguments):
        signal = threading.Event()
        stream = asyncio.create_task(self.stream(name, arguments, signal))
        try:
            result = await asyncio.shield(stream)
        except asyncio.CancelledError:
            signal.set()  # as Agent.cancel() does
            result = await stream
        return Seen("".join(block["text"] for block in result["content"]), result["status"] == "error")


@asynccontextmanager
async def connect(command, _variant):
    with MCPClient(lambda: stdio_client(StdioServerParameters(command=command[0], args=command[1:]))) as client:
        yield Tools(client.list_tools_sync())

"""
Pydantic AI: a run of an agent with a scripted model.  By itself it ends the run at the second
error of a tool in a row; with tool_error_behavior="failed" it goes on.
"""
from contextlib import asynccontextmanager

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, RetryPromptPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.usage import UsageLimits

from conversation import Conversation
from expectations import Seen

PACKAGE = "pydantic-ai-slim"


class Tools:
    def __init__(self, toolset):
        self.schemas = None
        self.conversation = Conversation(self.run)
        self.agent = Agent(FunctionModel(self.answer), toolsets=[toolset])
        self.call = self.conversation.call

    async def answer(self, messages, info):
        """What the model says: the next call."""
        part = messages[-1].parts[-1]
        seen = None
        if part.part_kind in ("tool-return", "retry-prompt"):
            text = part.model_response() if isinstance(part, RetryPromptPart) else part.model_response_str()
            seen = Seen(text, isinstance(part, RetryPromptPart) or part.outcome != "success")
        self.schemas = {tool.name: tool.parameters_json_schema for tool in info.function_tools}
        name, arguments = await self.conversation.turn(seen)
        return ModelResponse(parts=[ToolCallPart(name, arguments)])

    async def run(self):
        await self.agent.run("Work.", usage_limits=UsageLimits(request_limit=None))  # by itself: 50


@asynccontextmanager
async def connect(command, variant):
    toolset = MCPToolset(StdioTransport(command[0], command[1:]), tool_error_behavior="retry" if variant == "retry" else "failed")
    async with toolset:
        tools = Tools(toolset)
        await tools.conversation.begin()
        yield tools
        await tools.conversation.stop()


async def more(tap, command, job):
    """What it does by itself."""
    async with connect(command, "retry") as tools:
        try:
            await job(tools)
            tap.ok(False, "by itself it ends the run at the second mismatch in a row")
        except RuntimeError as error:
            tap.ok("retries" in str(error.__cause__), "by itself it ends the run at the second mismatch in a row", repr(error.__cause__))

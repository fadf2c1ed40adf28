"""
Google's Agent Development Kit: a run of an agent with a scripted model.  A model is shown
functions, and of each answer an object.
"""
import json
import warnings
from contextlib import asynccontextmanager

from google.adk.agents import LlmAgent, RunConfig
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.tools.mcp_tool import McpToolset, StdioConnectionParams
from google.genai import types
from mcp import StdioServerParameters

from conversation import Conversation
from expectations import Seen

PACKAGE = "google-adk"
warnings.simplefilter("ignore")


def schema_of(declaration):
    if declaration.parameters_json_schema:
        return declaration.parameters_json_schema
    return declaration.parameters.model_dump(mode="json", exclude_none=True, by_alias=True)


class Scripted(BaseLlm):
    model: str = "scripted"
    tools: object = None

    async def generate_content_async(self, llm_request, stream=False):
        response = llm_request.contents[-1].parts[-1].function_response
        seen = Seen(json.dumps(response.response), response.response.get("isError", False)) if response else None
        name, arguments = await self.tools.conversation.turn(seen)
        part = types.Part(function_call=types.FunctionCall(name=name, args=arguments))
        yield LlmResponse(content=types.Content(role="model", parts=[part]))


class Tools:
    def __init__(self, toolset, tools):
        self.schemas = {tool.name: schema_of(tool._get_declaration()) for tool in tools}
        self.conversation = Conversation(self.run)
        self.runner = InMemoryRunner(agent=LlmAgent(name="agent", model=Scripted(tools=self), tools=[toolset]), app_name="scimver")
        self.call = self.conversation.call

    async def run(self):
        session = await self.runner.session_service.create_session(app_name="scimver", user_id="user")
        message = types.Content(role="user", parts=[types.Part(text="Work.")])
        config = RunConfig(max_llm_calls=0)  # any number; by itself: 500
        async for _ in self.runner.run_async(user_id="user", session_id=session.id, new_message=message, run_config=config):
            pass


@asynccontextmanager
async def connect(command, _variant):
    server = StdioServerParameters(command=command[0], args=command[1:])
    toolset = McpToolset(connection_params=StdioConnectionParams(server_params=server, timeout=30))
    tools = Tools(toolset, await toolset.get_tools())
    try:
        yield tools
    finally:
        await tools.conversation.stop()
        await toolset.close()

"""What the adapters share that show the results of the official client as they are."""

from expectations import Seen


def field(model, snake):
    """A field of mcp's, which 1.x calls otherwise than 2.x."""
    head, *rest = snake.split("_")
    camel = head + "".join(word.title() for word in rest)
    return getattr(model, snake) if hasattr(model, snake) else getattr(model, camel)


def seen(result):
    """What a host that shows a model texts makes of a tool's result."""
    return Seen("\n".join(block.text for block in result.content), bool(field(result, "is_error")))


class Tools:
    """Those of a client with list_tools() and call_tool()."""

    def __init__(self, client, listed):
        self.client = client
        self.schemas = {tool.name: field(tool, "input_schema") for tool in listed}

    async def call(self, name, arguments):
        return seen(await self.client.call_tool(name, arguments))

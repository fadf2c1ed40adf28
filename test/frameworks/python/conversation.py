"""A framework's own run of an agent, whose model is ours."""
import asyncio


class Conversation:
    """
    Turns a run, which asks its model, into calls, which ask the run.  "run" is a coroutine
    function; the model in it awaits turn(what it is shown) and does what turn returns.
    """

    def __init__(self, run):
        self.run, self.task = run, None

    async def turn(self, seen):
        """In the run: the next call, a name and arguments."""
        self.begun.set()
        if seen is not None:
            self.shown.put_nowait(seen)
        return await self.asked.get()

    async def begin(self):
        """Starts a run, and waits until its model is asked."""
        self.asked, self.shown, self.begun = asyncio.Queue(), asyncio.Queue(), asyncio.Event()
        self.task = asyncio.create_task(self.run())
        await self.first(self.begun.wait())

    async def first(self, coming):
        """Waits for something that the run brings, or for its end, which nobody wanted."""
        coming = asyncio.ensure_future(coming)
        await asyncio.wait({coming, self.task}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            coming.cancel()
            raise RuntimeError(f"the run has ended: {self.task.exception()!r}") from self.task.exception()
        return coming.result()

    async def call(self, name, arguments):
        """Outside of it: what the model is shown of a call."""
        if self.task is None or self.task.done():
            await self.begin()
        self.asked.put_nowait((name, arguments))
        try:
            return await self.first(self.shown.get())
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self):
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait({self.task})

"""The database behind the bridge, as psql sees it."""
import json
import os
import subprocess

COMMAND = [os.environ["PSQL"], "-XAtq", "-v", "ON_ERROR_STOP=1", os.environ["CONNINFO"]]


def query(sql):
    return subprocess.run(COMMAND + ["-c", sql], check=True, capture_output=True, text=True).stdout.strip()


def tools(toolset):
    """Name and input schema of each tool of a set ("": of what the bridge shows by itself)."""
    listed = query(f"SET scimver.toolset = '{toolset}'; SELECT scim_tools()")
    return {tool["name"]: tool["inputSchema"] for tool in json.loads(listed)}


def user(user_id):
    return json.loads(query(f"SELECT scim_get_user('{user_id}')"))


def waiting():
    """How many statements wait for a lock."""
    return int(query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


class Lock:
    """A user's row, locked by a session that does nothing more."""

    def __init__(self, user_id):
        self.sql = f"BEGIN; SELECT 'locked' FROM users WHERE id = '{user_id}' FOR UPDATE;\n"

    def __enter__(self):
        self.process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(self.sql)
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "locked\n"

    def __exit__(self, *_):
        self.process.communicate("ROLLBACK;\n")

package driver

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// The database behind the bridge, as psql sees it.
func psql(arguments ...string) *exec.Cmd {
	words := append([]string{"-XAtq", "-v", "ON_ERROR_STOP=1", os.Getenv("CONNINFO")}, arguments...)
	return exec.Command(os.Getenv("PSQL"), words...)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func query(sql string) string {
	out, err := psql("-c", sql).CombinedOutput()
	if err != nil {
		panic(fmt.Sprintf("%s: %s", sql, out))
	}
	return strings.TrimSpace(string(out))
}

// toolsOf has the input schema of each tool of a set ("": of what the bridge shows by itself).
func toolsOf(toolset string) map[string]Schema {
	var listed []struct {
		Name        string
		InputSchema Schema
	}
	text := query(fmt.Sprintf("SET scimver.toolset = '%s'; SELECT scim_tools()", toolset))
	must(0, json.Unmarshal([]byte(text), &listed))
	tools := map[string]Schema{}
	for _, tool := range listed {
		tools[tool.Name] = tool.InputSchema
	}
	return tools
}

// user is a user as text, userPart one attribute of his.
func user(id string) string { return query(fmt.Sprintf("SELECT scim_get_user('%s')", id)) }

func userPart(id, attribute string) string {
	return query(fmt.Sprintf("SELECT scim_get_user('%s') ->> '%s'", id, attribute))
}

// waiting counts the statements that wait for a lock.
func waiting() int {
	var count int
	must(fmt.Sscan(query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"), &count))
	return count
}

// lock locks a user's row, in a session that does nothing more, until it is released.
func lock(id string) (release func()) {
	session := psql()
	in, out := must(session.StdinPipe()), must(session.StdoutPipe())
	must(0, session.Start())
	must(fmt.Fprintf(in, "BEGIN; SELECT 'locked' FROM users WHERE id = '%s' FOR UPDATE;\n", id))
	if line := must(bufio.NewReader(out).ReadString('\n')); line != "locked\n" {
		panic(line)
	}
	return func() {
		must(io.WriteString(in, "ROLLBACK;\n"))
		must(0, in.Close())
		must(0, session.Wait())
	}
}

// Package driver has a client in Go work against scimver-mcp; it prints TAP.  How it is
// started, and what the environment says, is in ../../README.md.
package driver

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Connect starts the bridge by a command and lists its tools.
type Connect func(ctx context.Context, command []string) (Tools, error)

// Seconds after which the bridge gives up a call that nobody cancels: its --timeout.
const givenUpByBridge = 8

func command(options ...string) []string {
	return append(append([]string{os.Getenv("SCIMVER_MCP")}, options...), os.Getenv("CONNINFO"))
}

// lost names what a converted tool does not tell a model of, or wants otherwise.
func lost(wanted, converted Schema) (names []string) {
	for name := range wanted.Properties {
		if _, there := converted.Properties[name]; !there {
			names = append(names, name)
		}
	}
	for _, name := range wanted.Required {
		if !slices.Contains(converted.Required, name) {
			names = append(names, name+" is not required")
		}
	}
	if converted.Type != "object" {
		names = append(names, "it is no object")
	}
	return
}

func sortedNames(tools map[string]Schema) []string { return slices.Sorted(maps.Keys(tools)) }

// proveTools: all tools of a set become the client's own.
func proveTools(ctx context.Context, tap *Tap, connect Connect, toolset string) {
	options, name := []string{}, "the tools"
	if toolset != "" {
		options, name = []string{"--toolset", toolset}, "tools of "+toolset
	}
	tools := must(connect(ctx, command(options...)))
	defer tools.Close()
	wanted, missing := toolsOf(toolset), []string{}
	tap.equal(sortedNames(tools.Schemas()), sortedNames(wanted), fmt.Sprintf("%s are converted (%d)", name, len(wanted)))
	for tool, schema := range tools.Schemas() {
		for _, what := range lost(wanted[tool], schema) {
			missing = append(missing, tool+": "+what)
		}
	}
	tap.equal(missing, []string{}, name+" keep their parameters")
}

// proveJob: create, a conditional update, a mismatch, what follows from it; returns the user's id.
func proveJob(ctx context.Context, tap *Tap, name string, model *Model) string {
	created, seen, err := model.call(ctx, "scim_create_user", map[string]any{"user_data": map[string]any{"userName": name + "@example.org", "title": "one"}})
	tap.ok(err == nil && created.Success, "create", fmt.Sprint(seen, err))
	id := created.Content.ID
	updated, seen, err := model.patch(ctx, id, created.Metadata.Version, map[string]string{"title": "two"})
	tap.ok(err == nil && updated.Success && userPart(id, "title") == "two", "a conditional update", fmt.Sprint(seen, err))
	query(fmt.Sprintf(`SELECT scim_patch_user('%s', '[{"op": "replace", "path": "nickName", "value": "ann"}]')`, id))
	late, seen, err := model.patch(ctx, id, updated.Metadata.Version, map[string]string{"title": "late"})
	tap.ok(err == nil && late.Content.ErrorCode == "VERSION_MISMATCH", "a mismatch is shown", fmt.Sprint(seen, err))
	tap.ok(seen.Flag, "it is not shown as a success", seen)
	fmt.Printf("# a mismatch, marked as an error: %.200s\n", seen.Text)
	current := late.Content.Current
	merged, seen, err := model.patch(ctx, id, late.Content.CurrentVersion, map[string]string{"title": "three, " + current.NickName})
	tap.ok(err == nil && merged.Success, "recovers", fmt.Sprint(seen, err))
	tap.equal(userPart(id, "title")+"; "+userPart(id, "nickName"), "three, ann; ann", "and nothing is lost")
	return id
}

// until waits for a condition; returns for how long, and whether it came.
func until(condition func() bool, limit time.Duration) (waited time.Duration, came bool) {
	for start := time.Now(); waited < limit; waited = time.Since(start) {
		if condition() {
			return waited, true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return waited, false
}

// proveCancel: a call that waits for a row is given up.
func proveCancel(ctx context.Context, tap *Tap, model *Model, id string) {
	before := user(id)
	version := query(fmt.Sprintf("SELECT scim_get_user('%s') #>> '{meta,version}'", id))
	release := lock(id)
	calling, cancel := context.WithCancel(ctx)
	outcome := make(chan string, 1)
	go func() {
		_, seen, err := model.patch(calling, id, version, map[string]string{"title": "given up"})
		outcome <- fmt.Sprint(seen, err)
	}()
	_, waits := until(func() bool { return waiting() == 1 }, 10*time.Second)
	tap.ok(waits && len(outcome) == 0, "a call waits for a row", len(outcome))
	cancel()
	waited, ended := until(func() bool { return waiting() == 0 }, (givenUpByBridge+5)*time.Second)
	said := <-outcome
	tap.ok(ended, "given up, it leaves no statement behind", said)
	release()
	fmt.Printf("# given up: %s; the statement ended after %.1f s\n", said, waited.Seconds())
	time.Sleep(300 * time.Millisecond)
	tap.equal(user(id), before, "and has written nothing")
	after, seen, err := model.call(ctx, "scim_get_user", map[string]any{"user_id": id})
	tap.ok(err == nil && after.Success, "the next call works", fmt.Sprint(seen, err))
}

func prove(ctx context.Context, tap *Tap, name string, connect Connect) {
	toolsets := strings.Fields(os.Getenv("SCIMVER_SETS"))
	if len(toolsets) == 0 {
		toolsets = []string{""}
	}
	for _, toolset := range toolsets {
		proveTools(ctx, tap, connect, toolset)
	}
	tools := must(connect(ctx, command("--timeout", strconv.Itoa(givenUpByBridge))))
	defer tools.Close()
	model := &Model{tools: tools}
	proveCancel(ctx, tap, model, proveJob(ctx, tap, name, model))
}

func count(ctx context.Context, tap *Tap, name string, connect Connect, id, steps, folder string) {
	tools := must(connect(ctx, command()))
	defer tools.Close()
	model := &Model{tools: tools}
	must(0, os.WriteFile(filepath.Join(folder, name), nil, 0o644))
	until(func() bool { _, err := os.Stat(filepath.Join(folder, "go")); return err == nil }, time.Minute)
	for range must(strconv.Atoi(steps)) {
		must(0, model.increment(ctx, id, name))
	}
	tap.ok(true, fmt.Sprintf("%s increments, %d mismatches recovered", steps, model.mismatches), "")
}

// versionOf tells the version of a module in this program.
func versionOf(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return strings.TrimPrefix(dependency.Version, "v")
		}
	}
	return "unknown"
}

// Main is the whole program of a client: its name, its module, and how it connects.
func Main(name, module string, connect Connect) {
	fmt.Printf("# version %s\n", versionOf(module))
	tap := &Tap{}
	func() {
		defer func() {
			if wrong := recover(); wrong != nil {
				tap.ok(false, "comes to its end", fmt.Sprintf("%v\n%s", wrong, debug.Stack()))
			}
		}()
		if os.Args[1] == "prove" {
			prove(context.Background(), tap, name, connect)
		} else {
			count(context.Background(), tap, name, connect, os.Args[2], os.Args[3], os.Args[4])
		}
	}()
	os.Exit(tap.finish())
}

// The official client in Go.
package main

import (
	"context"
	"encoding/json"
	"os/exec"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"scimver/driver"
)

type tools struct {
	session *mcp.ClientSession
	schemas map[string]driver.Schema
}

func (t tools) Schemas() map[string]driver.Schema { return t.schemas }
func (t tools) Close()                            { t.session.Close() }

func (t tools) Call(ctx context.Context, name string, arguments map[string]any) (seen driver.Seen, err error) {
	result, err := t.session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		return seen, err
	}
	for _, block := range result.Content {
		seen.Text += block.(*mcp.TextContent).Text
	}
	seen.Flag = result.IsError
	return seen, nil
}

func connect(ctx context.Context, command []string) (driver.Tools, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "go-sdk", Version: "1"}, nil)
	session, err := client.Connect(ctx, &mcp.CommandTransport{Command: exec.Command(command[0], command[1:]...)}, nil)
	if err != nil {
		return nil, err
	}
	connected := tools{session, map[string]driver.Schema{}}
	for tool, err := range session.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		var schema driver.Schema
		if err := remade(tool.InputSchema, &schema); err != nil {
			return nil, err
		}
		connected.schemas[tool.Name] = schema
	}
	return connected, nil
}

// remade reads a value as another type, by way of JSON.
func remade(value, other any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, other)
}

func main() { driver.Main("go-sdk", "github.com/modelcontextprotocol/go-sdk", connect) }

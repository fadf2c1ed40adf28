// mcp-go, the older client in Go.
package main

import (
	"context"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"scimver/driver"
)

type tools struct {
	client  *client.Client
	schemas map[string]driver.Schema
}

func (t tools) Schemas() map[string]driver.Schema { return t.schemas }
func (t tools) Close()                            { t.client.Close() }

func (t tools) Call(ctx context.Context, name string, arguments map[string]any) (seen driver.Seen, err error) {
	request := mcp.CallToolRequest{}
	request.Params.Name, request.Params.Arguments = name, arguments
	result, err := t.client.CallTool(ctx, request)
	if err != nil {
		return seen, err
	}
	for _, block := range result.Content {
		seen.Text += mcp.GetTextFromContent(block)
	}
	seen.Flag = result.IsError
	return seen, nil
}

func connect(ctx context.Context, command []string) (driver.Tools, error) {
	started, err := client.NewStdioMCPClient(command[0], nil, command[1:]...)
	if err != nil {
		return nil, err
	}
	request := mcp.InitializeRequest{}
	request.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	request.Params.ClientInfo = mcp.Implementation{Name: "mcp-go", Version: "1"}
	if _, err := started.Initialize(ctx, request); err != nil {
		return nil, err
	}
	listed, err := started.ListTools(ctx, mcp.ListToolsRequest{})
	if err != nil {
		return nil, err
	}
	connected := tools{started, map[string]driver.Schema{}}
	for _, tool := range listed.Tools {
		schema := tool.InputSchema
		connected.schemas[tool.Name] = driver.Schema{Type: schema.Type, Properties: schema.Properties, Required: schema.Required}
	}
	return connected, nil
}

func main() { driver.Main("mcp-go", "github.com/mark3labs/mcp-go", connect) }

package driver

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
)

// Seen is what a client shows to a model of one call.
type Seen struct {
	Text string
	Flag bool // is it marked as an error?
}

// Schema is what of a JSON schema is looked at.
type Schema struct {
	Type       string
	Properties map[string]any
	Required   []string
}

// Tools are those of a client, as it has converted them.
type Tools interface {
	Schemas() map[string]Schema
	Call(ctx context.Context, name string, arguments map[string]any) (Seen, error)
	Close()
}

// Envelope is an answer as scimver gives it.
type Envelope struct {
	Success  bool
	Metadata struct{ Version string }
	Content  struct {
		ID             string
		Version        string `json:"_version"`
		Title          string
		ErrorCode      string `json:"error_code"`
		CurrentVersion string `json:"current_version"`
		Current        struct{ Title, NickName string }
	}
}

// Model decides by nothing but what it is shown.
type Model struct {
	tools      Tools
	mismatches int
}

func (m *Model) call(ctx context.Context, name string, arguments map[string]any) (answer Envelope, seen Seen, err error) {
	if seen, err = m.tools.Call(ctx, name, arguments); err == nil {
		err = json.Unmarshal([]byte(seen.Text), &answer)
	}
	return
}

func (m *Model) patch(ctx context.Context, id, version string, attributes map[string]string) (Envelope, Seen, error) {
	operations := []any{}
	for path, value := range attributes {
		operations = append(operations, map[string]any{"op": "replace", "path": path, "value": value})
	}
	return m.call(ctx, "scim_patch_user", map[string]any{"user_id": id, "operations": operations, "expected_version": version})
}

// increment reads the number in a user's title and writes the next one, however often it takes.
// What two write is told apart by a name: the same write twice would succeed twice.
func (m *Model) increment(ctx context.Context, id, name string) error {
	read, _, err := m.call(ctx, "scim_get_user", map[string]any{"user_id": id})
	if err != nil {
		return err
	}
	version, title := read.Content.Version, read.Content.Title
	for {
		number, err := strconv.Atoi(title)
		if err != nil {
			return err
		}
		answer, seen, err := m.patch(ctx, id, version, map[string]string{"title": strconv.Itoa(number + 1), "nickName": name})
		switch {
		case err != nil || answer.Success:
			return err
		case answer.Content.ErrorCode != "VERSION_MISMATCH":
			return fmt.Errorf("no mismatch: %s", seen.Text)
		}
		m.mismatches++
		version, title = answer.Content.CurrentVersion, answer.Content.Current.Title
	}
}

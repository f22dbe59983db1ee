//go:build e2e

package agent

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// serveMCP is a Model Context Protocol server on standard input and output with two tools. Each call leaves a line in the
// log, which proves that it ran.
func serveMCP(in io.Reader, out io.Writer, log string) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var call struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Params struct {
				Version   string          `json:"protocolVersion"`
				Name      string          `json:"name"`
				Arguments json.RawMessage `json:"arguments"`
			} `json:"params"`
		}
		if json.Unmarshal(lines.Bytes(), &call) != nil || call.ID == nil {
			continue
		}
		result := any(map[string]any{}) // any: JSON-RPC results have many shapes
		switch call.Method {
		case "initialize":
			result = map[string]any{
				"protocolVersion": call.Params.Version, "capabilities": map[string]any{"tools": map[string]any{}},
				"serverInfo": map[string]string{"name": "desk", "version": "1"},
			}
		case "tools/list":
			schema := map[string]any{"type": "object", "properties": map[string]any{"text": map[string]string{"type": "string"}}}
			result = map[string]any{"tools": []any{
				map[string]any{"name": "say", "description": "Say a text", "inputSchema": schema},
				map[string]any{"name": "erase", "description": "Erase the desk", "inputSchema": schema},
			}}
		case "tools/call":
			f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return
			}
			fmt.Fprintln(f, call.Params.Name)
			_ = f.Close()
			result = map[string]any{"content": []any{map[string]string{"type": "text", "text": "desk did " + call.Params.Name}}}
		}
		reply, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": call.ID, "result": result})
		fmt.Fprintf(out, "%s\n", reply)
	}
}

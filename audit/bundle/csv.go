package bundle

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"ambit/audit"
)

// Columns of the CSV form. A column keeps its place: new ones are added at the end.
func Columns() []string {
	return []string{
		"seq", "time", "id", "type", "phase", "person", "subject", "connection", "groups", "tier", "credential", "address", "asked_by", "purpose",
		"session", "agent", "repository", "cwd", "action", "target", "effect", "enforced", "decision", "policy_version", "reason", "layers",
		"tool_use_id", "prompt_id", "exit", "outcome", "object", "object_id", "before", "after", "masked",
	}
}

type table struct {
	w      *csv.Writer
	headed bool
}

func newTable(w io.Writer) *table {
	t := &table{w: csv.NewWriter(w)}
	t.w.UseCRLF = true // RFC 4180, section 2
	return t
}

func (t *table) head() error {
	if t.headed {
		return nil
	}
	t.headed = true
	return t.w.Write(Columns())
}

func (t *table) Flush() error {
	err := t.head()
	t.w.Flush()
	if err == nil {
		err = t.w.Error()
	}
	if err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	return nil
}

func (t *table) Encode(event string) error {
	var e audit.Event
	if err := json.Unmarshal([]byte(event), &e); err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	err := t.head()
	if err == nil {
		cells := row(&e)
		for i := range cells {
			cells[i] = harmless(cells[i])
		}
		err = t.w.Write(cells)
	}
	if err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	return nil
}

// harmless keeps spreadsheets from taking a cell for a formula: whoever chooses a command or a file's name must not run
// anything on the auditor's machine. Such a cell begins with an apostrophe, as OWASP advises against CSV injection.
func harmless(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", first) { // full-width forms count in some locales
		return cell
	}
	return "'" + cell
}

func row(e *audit.Event) []string {
	var action, target, effect, enforced, decision, version, reason, layers, toolUse, prompt, agent string
	if e.Action != nil {
		action, target = e.Action.Name, targetOf(e.Action.Properties)
	}
	if d := e.Decision; d != nil {
		effect, enforced, decision, version, reason = string(d.Effect), strconv.FormatBool(d.Enforced), d.ID, strconv.FormatInt(d.PolicyVersion, 10), d.Reason
		names := make([]string, len(d.Layers))
		for i := range d.Layers {
			names[i] = d.Layers[i].Layer + "=" + string(d.Layers[i].Effect)
		}
		layers = strings.Join(names, " ")
	}
	if c := e.Correlation; c != nil {
		toolUse, prompt = c.ToolUseID, c.PromptID
	}
	if e.Agent != nil {
		agent = strings.TrimSuffix(e.Agent.Name+"/"+e.Agent.Version, "/")
	}
	var change audit.Change
	if e.Change != nil {
		change = *e.Change
	}
	a := &e.Actor
	return []string{
		strconv.FormatInt(e.Seq, 10), e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), e.ID, e.Type, e.Phase, a.User, a.Subject, a.Connection,
		strings.Join(a.Groups, " "), a.Tier, a.Credential, a.Address, e.AskedBy, e.Purpose, e.Session, agent, e.Repository, e.Cwd, action, target,
		effect, enforced, decision, version, reason, layers, toolUse, prompt, exitOf(e.Outcome), string(e.Outcome), change.Object, change.ID,
		string(change.Before), string(change.After), strconv.Itoa(e.Masked),
	}
}

// targetOf is what an action acts on, in one cell.
func targetOf(properties json.RawMessage) string {
	var p struct {
		Command, Path, URL, Skill, Model, Server, Tool, Name string
	}
	if json.Unmarshal(properties, &p) != nil {
		return "" // another integration's own properties may have other types
	}
	if p.Server != "" {
		return p.Server + "/" + p.Tool
	}
	for _, v := range []string{p.Command, p.Path, p.URL, p.Skill, p.Model, p.Name} {
		if v != "" {
			return v
		}
	}
	return ""
}

func exitOf(outcome json.RawMessage) string {
	var o struct {
		Exit json.Number `json:"exit"`
	}
	if len(outcome) == 0 || json.Unmarshal(outcome, &o) != nil {
		return ""
	}
	return o.Exit.String()
}

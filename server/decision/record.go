package decision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"ambit/audit"
	"ambit/policy"
)

// What the ledger keeps of one action, in bytes. Longer texts are recorded by size and digest: the ledger says what was decided
// on, it is no copy of the repository.
const (
	maxRecordedText      = 16 << 10  // a file's content or diff
	maxRecordedCommand   = 32 << 10  // the longest command line that the policy reads; a longer one is refused unread
	maxRecordedArguments = 256 << 10 // a tool's arguments: much more than tools take, so that nobody hides them by padding
)

// recordAction is the action's properties as the ledger keeps them: those of the decision request, from what was judged
// rather than from what was sent. A prompt's text isn't there: it goes to the prompt vault or nowhere.
func recordAction(a *policy.Action) []byte {
	o := object{buf: make([]byte, 0, 128+min(len(a.Command), maxRecordedCommand)+min(len(a.Arguments), maxRecordedArguments))}
	o.open()
	switch a.Name {
	case policy.ActionAgentSpawn, policy.ActionToolUse:
		o.text("name", a.Tool)
		o.rawOrDigest("input", a.Arguments)
	default:
		o.text("tool", a.Tool)
		o.rawOrDigest("arguments", a.Arguments)
	}
	o.textOrDigest("command", a.Command, maxRecordedCommand)
	o.text("shell", a.Shell)
	if a.TimeoutMS != 0 {
		o.number("timeout", a.TimeoutMS)
	}
	if a.Unsandboxed {
		o.flag("unsandboxed", true)
	}
	o.text("path", a.Path)
	o.search(a.Search)
	o.files(a.Files)
	digest := a.ContentSHA256
	if len(a.Content) > maxRecordedText {
		o.number("content_bytes", int64(len(a.Content)))
		if digest == "" {
			sum := sha256.Sum256([]byte(a.Content))
			digest = hex.EncodeToString(sum[:])
		}
	} else {
		o.text("content", a.Content)
	}
	o.text("content_sha256", digest)
	o.textOrDigest("diff", a.Diff, maxRecordedText)
	o.text("skill", a.Skill)
	o.text("source", a.Source)
	o.text("server", a.Server)
	o.text("url", a.URL)
	o.text("model", a.Model)
	o.end()
	return o.buf
}

// digestArguments puts size and digest in place of a tool's arguments, and reports whether there were any. They are the one part of an
// event that is JSON of somebody else's, which the ledger may have no form for (1e999, the same name twice): then they must not keep the
// decision out of it.
func digestArguments(e *audit.Event) bool {
	var properties map[string]json.RawMessage
	if e.Action == nil || json.Unmarshal(e.Action.Properties, &properties) != nil {
		return false
	}
	found := false
	o := object{}
	o.open()
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if name != "arguments" && name != "input" {
			o.raw(name, properties[name])
			continue
		}
		o.digest(name, properties[name])
		found = true
	}
	o.end()
	e.Action.Properties = o.buf
	return found
}

// textOrDigest writes a text, or where it is longer than limit its size and SHA-256: "diff_bytes", "diff_sha256".
func (o *object) textOrDigest(name, text string, limit int) {
	if len(text) <= limit {
		o.text(name, text)
		return
	}
	o.digest(name, []byte(text))
}

func (o *object) rawOrDigest(name string, json []byte) {
	if len(json) <= maxRecordedArguments {
		o.raw(name, json)
		return
	}
	o.digest(name, json)
}

func (o *object) digest(name string, content []byte) {
	sum := sha256.Sum256(content)
	o.number(name+"_bytes", int64(len(content)))
	o.text(name+"_sha256", hex.EncodeToString(sum[:]))
}

func (o *object) search(s *policy.Search) {
	if s == nil {
		return
	}
	o.member("search")
	if len(s.Globs) > 0 {
		o.list("globs")
		for _, glob := range s.Globs {
			o.item(glob)
		}
		o.endList()
	}
	o.text("type", s.Type)
	o.flag("names_only", s.NamesOnly)
	o.end()
}

func (o *object) files(files []policy.File) {
	if len(files) == 0 {
		return
	}
	o.list("files")
	for i := range files {
		o.open()
		o.text("path", files[i].Path)
		o.text("resolved", files[i].Resolved)
		o.text("kind", files[i].Kind)
		o.text("repository", files[i].Repository)
		o.end()
	}
	o.endList()
}

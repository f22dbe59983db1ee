package decision

import (
	"crypto/sha256"
	"encoding/hex"

	"ambit/policy"
)

// maxRecordedText bounds a file's content or diff in the ledger, in bytes. Longer ones are recorded by size and digest: the
// ledger says what was decided on, it is no copy of the repository.
const maxRecordedText = 16 << 10

// recordAction is the action's properties as the ledger keeps them: those of the decision request, from what was judged
// rather than from what was sent. A prompt's text isn't there: it goes to the prompt vault or nowhere.
func recordAction(a *policy.Action) []byte {
	o := object{buf: make([]byte, 0, 128+len(a.Command)+len(a.Arguments))}
	o.open()
	switch a.Name {
	case policy.ActionAgentSpawn, policy.ActionToolUse:
		o.text("name", a.Tool)
		o.raw("input", a.Arguments)
	default:
		o.text("tool", a.Tool)
		o.raw("arguments", a.Arguments)
	}
	o.text("command", a.Command)
	o.text("shell", a.Shell)
	if a.TimeoutMS != 0 {
		o.number("timeout", a.TimeoutMS)
	}
	o.text("path", a.Path)
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
	if len(a.Diff) > maxRecordedText {
		o.number("diff_bytes", int64(len(a.Diff)))
		sum := sha256.Sum256([]byte(a.Diff))
		o.text("diff_sha256", hex.EncodeToString(sum[:]))
	} else {
		o.text("diff", a.Diff)
	}
	o.text("skill", a.Skill)
	o.text("source", a.Source)
	o.text("server", a.Server)
	o.text("url", a.URL)
	o.text("model", a.Model)
	o.end()
	return o.buf
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
		o.end()
	}
	o.endList()
}

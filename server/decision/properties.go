package decision

import (
	"strconv"

	"ambit/policy"
)

// parseProperties reads action.properties into an Action. Members that the action has no use for are ignored.
func parseProperties(name string, properties []byte) (policy.Action, bool, error) {
	a := policy.Action{Name: name}
	if properties == nil {
		return a, false, nil
	}
	r := newReader(properties)
	defer r.free()
	p := propertyReader{reader: r, action: &a}
	if err := r.object(func(key []byte) error { return at("action.properties", atKey(key, p.member(key))) }); err != nil {
		return a, false, err
	}
	if p.resolved != "" && a.Path != "" {
		a.Files = append(a.Files, policy.File{Path: a.Path, Resolved: p.resolved})
	}
	return a, p.resolves, nil
}

type propertyReader struct {
	*reader
	action   *policy.Action
	resolved string
	resolves bool // the client resolved paths itself
}

func (p *propertyReader) member(key []byte) (err error) {
	a := p.action
	generic := a.Name == policy.ActionAgentSpawn || a.Name == policy.ActionToolUse
	switch string(key) {
	case "command":
		return p.text(&a.Command)
	case "shell":
		return p.text(&a.Shell)
	case "timeout":
		a.TimeoutMS, err = p.milliseconds()
		return err
	case "unsandboxed":
		if p.null() {
			return nil
		}
		a.Unsandboxed, err = p.bool()
		return err
	case "files":
		if p.null() {
			return nil
		}
		p.resolves = true
		return p.array(func(int) error { return p.file() })
	case "path":
		return p.text(&a.Path)
	case "search":
		return p.search()
	case "resolved":
		err = p.text(&p.resolved)
		p.resolves = p.resolves || p.resolved != ""
		return err
	case "content_sha256":
		return p.text(&a.ContentSHA256)
	case "content":
		return p.text(&a.Content)
	case "diff":
		return p.text(&a.Diff)
	case "skill":
		return p.text(&a.Skill)
	case "source":
		return p.text(&a.Source)
	case "server":
		return p.text(&a.Server)
	case "url":
		return p.text(&a.URL)
	case "model":
		return p.text(&a.Model)
	case "prompt":
		return p.text(&a.Prompt)
	case "tool":
		if !generic {
			return p.text(&a.Tool)
		}
	case "arguments":
		if !generic {
			a.Arguments, err = p.raw()
			return err
		}
	case "name":
		if generic {
			return p.text(&a.Tool)
		}
	case "input":
		if generic {
			a.Arguments, err = p.raw()
			return err
		}
	}
	return p.skip()
}

// search reads what a searching tool reads below the path. An empty object is a search without globs, null none.
func (p *propertyReader) search() error {
	if p.null() {
		return nil
	}
	s := &policy.Search{}
	p.action.Search = s
	return p.object(func(key []byte) (err error) {
		switch string(key) {
		case "globs":
			if p.null() {
				return nil
			}
			return p.array(func(int) error {
				s.Globs = append(s.Globs, "")
				return p.text(&s.Globs[len(s.Globs)-1])
			})
		case "type":
			return p.text(&s.Type)
		case "names_only":
			s.NamesOnly, err = p.bool()
			return err
		}
		return p.skip()
	})
}

func (p *propertyReader) file() error {
	var f policy.File
	err := p.object(func(key []byte) error {
		switch string(key) {
		case "path":
			return p.text(&f.Path)
		case "resolved":
			return p.text(&f.Resolved)
		case "kind":
			return p.text(&f.Kind)
		case "repository":
			return p.text(&f.Repository)
		}
		return p.skip()
	})
	p.action.Files = append(p.action.Files, f)
	return err
}

func (p *propertyReader) milliseconds() (int64, error) {
	if p.null() {
		return 0, nil
	}
	if b := p.peek(); b != '-' && (b < '0' || b > '9') {
		return 0, p.want("a number of milliseconds")
	}
	text, err := p.number()
	if err != nil {
		return 0, err
	}
	ms, err := strconv.ParseFloat(text, 64)
	if err != nil || ms < 0 || ms > 1<<53 {
		return 0, &mistyped{want: "a number of milliseconds"}
	}
	return int64(ms), nil
}

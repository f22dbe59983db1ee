package policy

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Expired warns of exceptions that have ended by now. It is apart from Compile, which has no clock.
func (p *Policy) Expired(file string, now time.Time) Problems {
	var out Problems
	for i := range p.exceptions {
		if x := &p.exceptions[i]; !now.Before(x.until) {
			path := indexPath("exceptions", i)
			at := p.doc.source.at(path)
			out = append(out, Problem{
				File: file, Line: at.line, Column: at.col, Severity: SeverityWarning, Path: path,
				Message: "this " + x.name + " has ended", Expected: "a later day, or no exception",
			})
		}
	}
	return out
}

// Rootless warns where no session of a zero-install roll-out can have a root: without the client it comes from workspaces only.
func (p *Policy) Rootless(file string) Problems {
	for i := range p.workspaces {
		if p.workspaces[i].base != baseRepo {
			return nil
		}
	}
	at := p.doc.source.at("workspaces")
	return Problems{{
		File: file, Line: at.line, Column: at.col, Severity: SeverityWarning, Path: "workspaces",
		Message: "without the client no session has a $REPO, so that rules on it open nothing", Expected: `directories that hold repositories, "~/src/**"`,
	}}
}

// Everybody is a layer that applies to more people where the repository isn't known.
type Everybody struct {
	Layer string `json:"layer"`
	Whom  string `json:"whom"`  // "everybody", or the tiers and groups that still count
	Meant string `json:"meant"` // what the match says
}

// ZeroInstall lists the layers that apply everywhere in a zero-install roll-out: without the client nobody knows a
// session's repository, and a match that can't be known applies.
func (p *Policy) ZeroInstall() []Everybody {
	var out []Everybody
	for i := range p.doc.Layers {
		l := &p.doc.Layers[i]
		if l.Match == nil || len(l.Match.Repositories) == 0 {
			continue
		}
		var whom []string
		if len(l.Match.Tiers) > 0 {
			whom = append(whom, "tiers "+strings.Join(l.Match.Tiers, ", "))
		}
		if len(l.Match.Groups) > 0 {
			whom = append(whom, "groups "+strings.Join(l.Match.Groups, ", "))
		}
		if len(whom) == 0 {
			whom = []string{"everybody"}
		}
		out = append(out, Everybody{l.Name, strings.Join(whom, " and "), strings.Join(Summary(&Layer{Match: l.Match}), "; ")})
	}
	return out
}

// Summary describes a layer in lines such as "shell allow: 12 entries", for people.
func Summary(l *Layer) []string {
	var out []string
	v := reflect.ValueOf(*l) // over the controls, so that a new one can't be forgotten
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Pointer && !f.IsNil() {
			out = append(out, summarise(jsonKey(v.Type().Field(i)), f.Elem())...)
		}
	}
	return out
}

func summarise(name string, v reflect.Value) []string {
	var out []string
	for i := range v.NumField() {
		f, key := v.Field(i), jsonKey(v.Type().Field(i))
		if key == "" || f.IsZero() {
			continue
		}
		switch value := f.Interface().(type) {
		case []string:
			out = append(out, name+" "+key+": "+strings.Join(value, ", "))
		case []CommandPattern:
			var patterns []string
			for _, p := range value {
				patterns = append(patterns, p.Pattern)
			}
			out = append(out, name+" "+key+": "+strings.Join(patterns, ", "))
		case *ShellExamples:
		case PromptRecord:
			text, _ := value.MarshalJSON()
			out = append(out, name+" "+key+": "+strings.Trim(string(text), `"`))
		default:
			out = append(out, name+" "+key+": "+fmt.Sprint(value))
		}
	}
	if len(out) == 0 {
		out = append(out, name+": nothing")
	}
	return out
}

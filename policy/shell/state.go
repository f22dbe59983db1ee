package shell

import (
	"path"
	"slices"
	"strings"
)

// state is what is known at a point of the line: the directories that the shell may be in and the values of variables.
// It is a value: changing a copy never changes the original.
type state struct {
	cwds []string // sorted, no duplicates; empty is unknown
	vars []binding
}

type binding struct {
	name string
	val  value
}

// value is what is known of a variable.
type value struct {
	kind valueKind
	text string // known
	glob Word   // names
}

type valueKind uint8

const (
	valueUnknown valueKind = iota
	valueKnown
	valueInteger // a non-negative integer that is not known
	valueNames   // one of the files that a glob names
	valueObject  // the name of a Git object: hexadecimal digits
)

// integer reports a value that is surely a non-negative integer.
func (v value) integer() bool {
	return v.kind == valueInteger || v.kind == valueKnown && integerText(v.text)
}

func (st state) lookup(name string) (value, bool) {
	for i := len(st.vars) - 1; i >= 0; i-- {
		if st.vars[i].name == name {
			return st.vars[i].val, true
		}
	}
	return value{}, false
}

// maxValue bounds a known value in bytes: a longer one counts as unknown, so that a few doublings can't fill the memory.
const maxValue = 4 << 10

func (st state) assign(name string, v value) state {
	if len(v.text) > maxValue || len(v.glob.Glob) > maxValue {
		v = value{}
	}
	vars := make([]binding, 0, len(st.vars)+1)
	for _, b := range st.vars {
		if b.name != name {
			vars = append(vars, b)
		}
	}
	vars = append(vars, binding{name, v})
	st.vars = vars
	return st
}

// union is what is known when either of two histories may have happened.
func union(a, b state) state {
	if !slices.Equal(a.cwds, b.cwds) {
		if len(a.cwds) == 0 || len(b.cwds) == 0 {
			a.cwds = nil
		} else {
			all := slices.Concat(a.cwds, b.cwds)
			slices.Sort(all)
			a.cwds = slices.Compact(all)
		}
	}
	if sameVars(a.vars, b.vars) {
		return a
	}
	var vars []binding
	for _, x := range a.vars {
		if y, ok := b.lookup(x.name); !ok || y != x.val {
			if ok && x.val.integer() && y.integer() {
				x.val = value{kind: valueInteger}
			} else {
				x.val = value{}
			}
		}
		vars = append(vars, x)
	}
	for _, y := range b.vars {
		if _, ok := a.lookup(y.name); !ok {
			vars = append(vars, binding{y.name, value{}})
		}
	}
	a.vars = vars
	return a
}

func sameVars(a, b []binding) bool {
	if len(a) == 0 && len(b) == 0 || len(a) == len(b) && &a[0] == &b[0] {
		return true
	}
	return slices.Equal(a, b)
}

func (st state) equal(o state) bool {
	return slices.Equal(st.cwds, o.cwds) && sameVars(st.vars, o.vars)
}

// join names p from each directory. The result is not cleaned: links come before "..".
func (st state) join(p string) []string {
	if path.IsAbs(p) {
		return []string{p}
	}
	out := make([]string, len(st.cwds))
	for i, d := range st.cwds {
		out[i] = joinPath(d, p)
	}
	return out
}

func joinPath(dir, p string) string {
	switch {
	case path.IsAbs(p):
		return p
	case p == "" || p == ".":
		return dir
	case strings.HasSuffix(dir, "/"):
		return dir + strings.TrimPrefix(p, "./")
	}
	return dir + "/" + strings.TrimPrefix(p, "./")
}

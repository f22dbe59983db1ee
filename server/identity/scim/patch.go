package scim

import (
	"errors"
	"strings"
)

// The bounds of a change.
const (
	maxOperations = 1000
	maxPath       = 1024 // bytes
	maxListed     = 1000 // values of one attribute of a user
)

// The operations of RFC 7644, section 3.5.2. Entra ID capitalises them.
const (
	opAdd     = "add"
	opReplace = "replace"
	opRemove  = "remove"
)

// operation is one step of a PATCH. Without a target the value holds attributes by name.
type operation struct {
	op     string
	target *filter // path, and inner for a path with brackets; nil without a path
	value  any
}

// operations reads the body of a PATCH.
func (k *kind) operations(body object) ([]operation, error) {
	sent, ok := get(body, "Operations").([]any)
	if !ok || len(sent) == 0 {
		return nil, bad(typeSyntax, "Operations must be a list of at least one operation")
	}
	if len(sent) > maxOperations {
		return nil, bad(typeTooMany, "a request may have at most %d operations", maxOperations)
	}
	ops := make([]operation, 0, len(sent))
	for i, v := range sent {
		o, ok := v.(object)
		if !ok {
			return nil, bad(typeSyntax, "operation %d is not an object", i+1)
		}
		op, err := k.operation(o)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

func (k *kind) operation(o object) (op operation, err error) {
	op.op, op.value = strings.ToLower(text(o, "op")), get(o, "value")
	switch op.op {
	case opAdd, opReplace, opRemove:
	default:
		return op, bad(typeSyntax, "op must be add, replace or remove")
	}
	path, ok := get(o, "path").(string)
	if !ok && get(o, "path") != nil {
		return op, bad(typePath, "path must be text")
	}
	if path = strings.TrimSpace(path); path != "" && !strings.EqualFold(path, k.core.ID) {
		op.target, err = k.parsePath(path)
		return op, err
	}
	if op.op == opRemove {
		return op, bad(typeNoTarget, "remove needs a path")
	}
	if _, ok := op.value.(object); !ok {
		return op, bad(typeValue, "without a path, value must be an object of attributes")
	}
	return op, nil
}

// parsePath reads the path of an operation (RFC 7644, figure 7).
func (k *kind) parsePath(path string) (*filter, error) {
	if len(path) > maxPath {
		return nil, bad(typePath, "a path may have at most %d bytes", maxPath)
	}
	p := parser{kind: k, s: path, whole: true}
	f, err := p.target(0)
	if err == nil && p.at < len(path) {
		err = p.fail("something follows the path")
	}
	var own *Error
	if errors.As(err, &own) {
		what := strings.TrimPrefix(own.message, "the filter ")
		return nil, bad(typePath, "the path %q %s", clip(path), what)
	}
	return f, err
}

// flat turns an operation without a path into one for each attribute. Entra ID writes paths where names belong
// ("name.givenName", `emails[type eq "work"].value`); an unknown name that is no path stays a name. Read-only attributes, which
// clients send along, are passed over (RFC 7644, section 3.5.2.3 is about those that are named by a path).
func (k *kind) flat(op *operation) ([]operation, error) {
	if op.target != nil {
		return []operation{*op}, nil
	}
	sent, _ := op.value.(object)
	ops := make([]operation, 0, len(sent))
	for _, name := range sorted(sent) {
		target, err := k.parsePath(name)
		if err != nil {
			if strings.Contains(name, "[") {
				return nil, err
			}
			target = &filter{path: attrPath{name: name}}
		}
		if a := k.top(target.path); a != nil && (a.readOnly() || a.secret()) {
			continue
		}
		ops = append(ops, operation{op: op.op, target: target, value: sent[name]})
	}
	return ops, nil
}

// top is the definition of the attribute itself, whatever part of it a path names.
func (k *kind) top(p attrPath) *attribute {
	return k.definition(attrPath{urn: p.urn, name: p.name})
}

func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}

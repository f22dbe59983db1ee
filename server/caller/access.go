package caller

// Access says who may call a route. The zero value lets nobody in but the local control socket.
type Access struct {
	Anonymous bool    // anyone, signed in or not
	Anyone    bool    // any authenticated caller, whatever its roles and scopes
	Person    bool    // any person signed in to the console
	Roles     []Role  // people with one of these roles (the owner has them all)
	Scopes    []Scope // API tokens with one of these scopes
}

// Verdict of Access.Admit.
type Verdict uint8

// The verdicts. A caller that is unknown is asked to authenticate (401); one that is known and may not is told so (403).
const (
	Admitted Verdict = iota
	Unauthenticated
	Forbidden
)

// Admit judges a caller.
func (a *Access) Admit(p *Principal) Verdict {
	if a.Anonymous {
		return Admitted
	}
	switch p.Kind {
	case Local:
		return Admitted
	case Browser:
		if a.Anyone || a.Person || (len(a.Roles) > 0 && p.HasRole(a.Roles...)) {
			return Admitted
		}
		return Forbidden
	case APIToken, Credential, Provisioner:
		if a.Anyone {
			return Admitted
		}
		for _, s := range a.Scopes {
			if p.HasScope(s) {
				return Admitted
			}
		}
		return Forbidden
	default:
		return Unauthenticated
	}
}

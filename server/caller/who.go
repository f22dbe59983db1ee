package caller

// Who names the caller in records: the person's e-mail address, or else what can't be mistaken for one. Whoever creates a
// token chooses its name, so a token bound to nobody must not pass for a person by its name.
func (p *Principal) Who() string {
	switch {
	case p.Person != "":
		return p.Person
	case p.Kind == APIToken || p.Kind == Credential:
		return "token:" + p.Name
	case p.Name != "":
		return p.Name
	default:
		return string(p.Kind)
	}
}

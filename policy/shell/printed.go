package shell

// printed is what a stage of a pipeline prints: nothing but the names, each with the end.
type printed struct {
	names []Word // nil where something else is printed
	end   nameEnd
}

// nameEnd says what stands behind each of several names.
type nameEnd uint8

const (
	endLine  nameEnd = iota // a line feed
	endNul                  // NUL, which no name holds
	endOther                // another character, which names may hold
)

// listEnd says how a tool that lists names ends them: by NUL with git's -z, grep's -Z and rg's -0.
func (k *classifier) listEnd() nameEnd {
	for _, u := range k.options {
		if name := u.option.name(); name == "-z" || name == "--null" {
			return endNul
		}
	}
	return endLine
}

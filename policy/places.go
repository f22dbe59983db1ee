package policy

import (
	"strings"

	"ambit/policy/paths"
)

// places are the directories that rules refer to by name, as given and with their links resolved. "" is unknown.
type places struct {
	root, tmp, home                   [2]string
	foldedRoot, foldedTmp, foldedHome [2]string
	foldedCwd                         string
}

// setPlaces takes the request's directories, and drops those that may not serve: $REPO and $TMP are never "/", a home or
// a directory above one, because a rule on them would open everything.
func (e *eval) setPlaces() {
	res, at := &e.r.Resource, &e.places
	at.home = pairOf(res.Platform, res.Home, res.ResolvedHome)
	at.root = usable(res, at.home, pairOf(res.Platform, res.Root, res.ResolvedRoot))
	at.tmp = usable(res, at.home, pairOf(res.Platform, res.Tmp, res.ResolvedTmp))
	for i := range 2 {
		at.foldedRoot[i], at.foldedTmp[i], at.foldedHome[i] = paths.Fold(at.root[i]), paths.Fold(at.tmp[i]), paths.Fold(at.home[i])
	}
	if cwd, err := paths.Lexical(res.Platform, "", res.Cwd); err == nil {
		at.foldedCwd = paths.Fold(cwd)
	}
}

func pairOf(platform, given, resolved string) (out [2]string) {
	if p, err := paths.Lexical(platform, "", given); err == nil {
		out[0] = p
	}
	if resolved == "" || out[0] == "" {
		return out
	}
	if p, err := paths.Lexical(platform, "", resolved); err == nil && p != out[0] {
		out[1] = p
	}
	return out
}

func usable(res *Resource, home, dir [2]string) [2]string {
	for _, d := range dir {
		for _, h := range home {
			if d == "" {
				continue
			}
			if _, refused := paths.RootRefused(res.Platform, d, h); refused {
				return [2]string{}
			}
		}
	}
	return dir
}

// of gives the known forms of a base; folded the same for rules that compare folded names.
func (at *places) of(b pathBase) []string {
	switch b {
	case baseRepo:
		return at.root[:]
	case baseTmp:
		return at.tmp[:]
	case baseHome:
		return at.home[:]
	}
	return nil
}

func (at *places) folded(b pathBase) []string {
	switch b {
	case baseRepo:
		return at.foldedRoot[:]
	case baseTmp:
		return at.foldedTmp[:]
	case baseHome:
		return at.foldedHome[:]
	}
	return nil
}

// known reports whether the base is known; baseAbs and baseAny always are.
func (at *places) known(b pathBase) bool {
	f := at.folded(b)
	return f == nil || f[0] != ""
}

// inside reports whether a folded name lies in the session's root or in $TMP.
func (at *places) inside(folded string) bool {
	for i := range 2 {
		if at.foldedRoot[i] != "" && paths.Inside(at.foldedRoot[i], folded) || at.foldedTmp[i] != "" && paths.Inside(at.foldedTmp[i], folded) {
			return true
		}
	}
	return false
}

// SessionRoot is the directory that $REPO means for a session: the Git root that the client found, otherwise the first
// working directory if it lies in one of the policy's workspaces, otherwise "" (unknown, so that rules on $REPO permit
// nothing). "/", a home and directories above one never qualify. Where the home isn't known, "~" of a workspace is the home by its
// usual name.
func (p *Policy) SessionRoot(gitRoot string, first Resource) string {
	e := eval{p: p, r: &Request{Resource: first}}
	e.r.Resource.Root = gitRoot
	e.setPlaces()
	if e.places.root[0] != "" {
		return e.places.root[0]
	}
	if gitRoot != "" {
		return ""
	}
	cwd, err := paths.Lexical(first.Platform, "", first.Cwd)
	if err != nil {
		return ""
	}
	for _, h := range e.places.home {
		if _, refused := paths.RootRefused(first.Platform, cwd, h); refused {
			return ""
		}
	}
	for i := range p.workspaces {
		w := &p.workspaces[i]
		bases := e.places.of(w.base)
		if w.base == baseHome && e.places.home[0] == "" {
			bases = []string{homeAround(cwd)}
		}
		if w.base != baseRepo && w.covers(cwd, bases) {
			return cwd
		}
	}
	return ""
}

// homeAround gives the home directory that holds dir where only its name can tell; "" where it doesn't. Without the client nobody
// knows the home, and a workspace opens nothing by itself.
func homeAround(dir string) string {
	for _, homes := range [...]string{"/home/", "/Users/"} {
		if rest, ok := strings.CutPrefix(dir, homes); ok {
			name, _, _ := strings.Cut(rest, "/")
			return homes + name
		}
	}
	if paths.Inside("/root", dir) {
		return "/root"
	}
	return ""
}

package claudecode

import (
	"fmt"
	"slices"
	"strings"

	"ambit/policy"
)

// fromPolicy adds what holds for everybody: the layers without a match. Layers that match some people or repositories stay
// with the hooks, since one file serves a whole machine.
func (s *settings) fromPolicy(doc *policy.Document) (notes []string) {
	for _, layer := range doc.Layers {
		if layer.Match != nil {
			continue
		}
		if layer.Files != nil {
			for _, p := range layer.Files.Deny {
				s.deny(p, "Read", "Edit")
			}
			for _, p := range layer.Files.Protect {
				s.deny(p, "Edit")
			}
		}
		if layer.Models != nil {
			notes = append(notes, s.models(doc.Models.Tiers, layer.Models.Ceiling)...)
		}
		if layer.Caching != nil {
			s.caching(layer.Caching)
		}
	}
	return notes
}

// deny adds permission rules for a file pattern. Claude Code applies them to its tools, to the commands it understands, and
// to the files that a prompt mentions, for which no hook fires.
func (s *settings) deny(pattern string, tools ...string) {
	p := pattern
	switch {
	case strings.HasPrefix(p, "$REPO/"):
		p = strings.TrimPrefix(p, "$REPO/")
	case strings.HasPrefix(p, "$"):
		return // $TMP and a bare $REPO have no counterpart
	case strings.HasPrefix(p, "/"):
		p = "/" + p // Claude Code takes one slash for the project's folder, two for the root
	}
	for _, tool := range tools {
		rules := []string{tool + "(" + p + ")"}
		if !strings.HasSuffix(p, "/**") {
			rules = append(rules, tool+"("+strings.TrimSuffix(p, "/")+"/**)")
		}
		for _, rule := range rules {
			if !slices.Contains(s.Permissions.Deny, rule) {
				s.Permissions.Deny = append(s.Permissions.Deny, rule)
			}
		}
	}
}

// models lists what the ceiling leaves. Claude Code takes whole names and the names of families ("haiku"), no patterns.
func (s *settings) models(tiers []policy.ModelTier, ceiling string) (notes []string) {
	var names []string
	for _, tier := range tiers {
		for _, pattern := range tier.Models {
			name, ok := modelName(pattern)
			if !ok {
				notes = append(notes, fmt.Sprintf("Claude Code's settings can't express the models %q, so they list none; the hooks refuse a switch above the ceiling.", pattern))
				continue
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if tier.Name == ceiling {
			break
		}
	}
	if len(notes) > 0 {
		return notes
	}
	if s.Models != nil { // two layers: what both allow
		var both []string
		for _, n := range names {
			if slices.Contains(s.Models, n) {
				both = append(both, n)
			}
		}
		names = both
	}
	s.Models, s.EnforceModels = names, true
	return nil
}

func modelName(pattern string) (string, bool) {
	if !strings.ContainsAny(pattern, "*?[{") {
		return pattern, true
	}
	rest, ok := strings.CutPrefix(pattern, "claude-")
	if !ok {
		return "", false
	}
	family, ok := strings.CutSuffix(rest, "-*")
	if !ok || (family != "haiku" && family != "sonnet" && family != "opus") {
		return "", false
	}
	return family, true
}

// caching asks the client to cache as the policy says; only the server that forwards the requests can enforce it.
func (s *settings) caching(c *policy.CachingControl) {
	// Of several layers' wishes the client itself lets the most restrictive win.
	switch {
	case c.Mode == "disabled":
		s.setEnv("DISABLE_PROMPT_CACHING", "1")
	case c.Mode == "ttl" && c.TTL == "1h":
		s.setEnv("ENABLE_PROMPT_CACHING_1H", "1")
	case c.Mode == "ttl":
		s.setEnv("FORCE_PROMPT_CACHING_5M", "1")
	}
}

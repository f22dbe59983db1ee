package policy

// Limits are what holds for a person at a place besides single actions: which models, and how prompts may be cached.
type Limits struct {
	Tier    string   // permission tier; "" where none fits or it can't be known
	Access  bool     // false: no tier fits, nothing is allowed
	Layers  []string // that apply
	Ceiling string   // highest model tier that may be used; "" where no model is allowed
	Models  []string // patterns of the models on the allowed tiers, lowest tier first
	Caching Caching
}

// Caching is the effective prompt-caching policy.
type Caching struct {
	Mode string `json:"mode"`          // enabled, disabled or ttl
	TTL  string `json:"ttl,omitempty"` // 5m or 1h, with mode ttl
}

// cacheRank orders caching policies, most restrictive first.
type cacheRank int

const (
	cacheDisabled cacheRank = iota
	cache5m
	cache1h
	cacheEnabled
	cacheUnset
)

func rankOf(c *CachingControl) cacheRank {
	switch {
	case c.Mode == "enabled":
		return cacheEnabled
	case c.Mode == "ttl" && c.TTL == "1h":
		return cache1h
	case c.Mode == "ttl":
		return cache5m
	}
	return cacheDisabled
}

func (r cacheRank) caching() Caching {
	return [...]Caching{{Mode: "disabled"}, {Mode: "ttl", TTL: "5m"}, {Mode: "ttl", TTL: "1h"}, {Mode: "enabled"}, {Mode: "disabled"}}[r]
}

// Limits gives the lowest ceiling and the most restrictive caching of all layers that apply to the person and place,
// monitor mode or not.
func (p *Policy) Limits(s Subject, res Resource, agent string) Limits {
	e := eval{p: p, r: &Request{Subject: s, Resource: res, Agent: agent}}
	e.begin()
	out := Limits{Tier: e.tier(), Access: len(e.tiers) > 0, Caching: Caching{Mode: "disabled"}}
	if !out.Access {
		return out
	}
	for i := range e.verdicts {
		out.Layers = append(out.Layers, e.verdicts[i].Layer)
	}
	caching, ceiling := cacheUnset, none
	for i := range p.layers {
		l := &p.layers[i]
		if !e.matched[i] {
			continue
		}
		caching = min(caching, l.caching)
		if l.base || l.ceiling != none {
			if ceiling = min(ceiling, l.ceiling); l.base {
				ceiling = l.ceiling
			}
		}
		if l.base && l.caching == cacheUnset {
			caching = cacheDisabled
		}
	}
	out.Caching = caching.caching()
	if ceiling != none {
		out.Ceiling = p.models[ceiling].name
	}
	for i := 0; i <= ceiling; i++ {
		for _, g := range p.models[i].models {
			if !p.above(g, ceiling) {
				out.Models = append(out.Models, g.text)
			}
		}
	}
	return out
}

// above reports whether the same pattern stands on a tier above ceiling too: then the highest tier counts.
func (p *Policy) above(g nameGlob, ceiling int) bool {
	for i := ceiling + 1; i < len(p.models); i++ {
		for _, o := range p.models[i].models {
			if o.text == g.text {
				return true
			}
		}
	}
	return false
}

// modelTier gives the highest tier that lists the model; none where no tier does.
func (p *Policy) modelTier(model string) int {
	for i := len(p.models) - 1; i >= 0; i-- {
		if _, ok := firstMatch(p.models[i].models, model); ok {
			return i
		}
	}
	return p.familyTier(model)
}

// familyTier is the highest tier that may list the model which a short name stands for: "haiku" is whichever claude-haiku-… the
// client takes for it.
func (p *Policy) familyTier(name string) int {
	switch name {
	case "haiku", "sonnet", "opus", "fable":
	default:
		return none
	}
	for i := len(p.models) - 1; i >= 0; i-- {
		for _, g := range p.models[i].models {
			if globsMeet(g.text, "claude-"+name+"-*") {
				return i
			}
		}
	}
	return none
}

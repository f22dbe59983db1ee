package audit

import (
	"strings"
	"time"
)

// Query selects events. Every filter that is set must fit; an empty one fits every event.
type Query struct {
	Person     string
	Action     string
	Effect     string
	Repository string
	Session    string
	Layer      string
	Phase      string
	Type       string
	Text       string // words that must all be there; "a phrase" in quotes; word* begins with
	Since      time.Time
	Until      time.Time // exclusive
	Before     int64     // only events with a smaller seq: the Next of the page before; 0 is the newest
	Limit      int       // 0 is 50; at most 1000
}

const (
	defaultLimit = 50
	maxLimit     = 1000
)

// phrase is a run of words that must stand together; the last one may be a beginning.
type phrase struct {
	words  []string
	prefix bool
}

// filter is a Query made ready.
type filter struct {
	facets  []facetValue
	phrases []phrase
	since   time.Time
	until   time.Time
}

// Matcher gives the filters as a function of one event's JSON, as search applies them; nil where they select everything.
// Before and Limit don't count.
func (q Query) Matcher() func(event string) bool {
	f := q.filter()
	if !f.indexed() && f.since.IsZero() && f.until.IsZero() {
		return nil
	}
	return f.fits
}

func (q *Query) filter() filter {
	f := filter{since: q.Since, until: q.Until}
	for _, v := range []facetValue{
		{facetPerson, q.Person},
		{facetAction, q.Action},
		{facetEffect, q.Effect},
		{facetRepository, q.Repository},
		{facetSession, q.Session},
		{facetLayer, q.Layer},
		{facetPhase, q.Phase},
		{facetType, q.Type},
	} {
		if v.value != "" {
			f.facets = append(f.facets, v)
		}
	}
	f.phrases = parseText(q.Text)
	return f
}

// parseText reads what a person typed. Punctuation between words, as in "go.sum" or "rm -rf", makes them a phrase when no
// space divides them.
func parseText(text string) []phrase {
	var phrases []phrase
	for i, part := range strings.Split(text, `"`) {
		chunks := []string{part}
		if i%2 == 0 {
			chunks = strings.Fields(part)
		}
		for _, c := range chunks {
			words := appendWords(nil, c)
			if len(words) == 0 {
				continue
			}
			phrases = append(phrases, phrase{words, strings.HasSuffix(c, "*")})
		}
	}
	return phrases
}

// empty reports whether only time and place in the ledger select.
func (f *filter) indexed() bool { return len(f.facets)+len(f.phrases) > 0 }

// match is the filter as FTS5 reads it.
func (f *filter) match() string {
	var terms []string
	effect := f.rareEffect()
	for _, v := range f.facets {
		switch word := v.facet.word(v.value); {
		case effect != "" && v.facet.paired():
			terms = append(terms, `facets : "`+v.pairWord(effect)+`"`)
		case v != (facetValue{facetEffect, effect}): // the pairs say it
			terms = append(terms, `facets : "`+word+`"`)
		}
	}
	for _, p := range f.phrases {
		term := `words : "` + strings.Join(p.words, " ") + `"`
		if p.prefix {
			term += "*"
		}
		terms = append(terms, term)
	}
	return strings.Join(terms, " AND ")
}

// rareEffect is the effect that the filter asks for, where it is a rare one and pairs with another filter.
func (f *filter) rareEffect() string {
	effect, paired := "", false
	for _, v := range f.facets {
		if v.facet == facetEffect && rare(v.value) {
			effect = v.value
		}
		paired = paired || v.facet.paired()
	}
	if !paired {
		return ""
	}
	return effect
}

// fits is the filter applied to one event: to the rows that are not projected yet, and to what the index found, because
// the index may be stale or altered and the ledger is the truth.
func (f *filter) fits(event string) bool {
	d := newDocument(event, len(f.phrases) > 0)
	if !f.since.IsZero() && d.time.Before(f.since) || !f.until.IsZero() && !d.time.Before(f.until) {
		return false
	}
	for _, v := range f.facets {
		if !d.has(v.facet, v.value) {
			return false
		}
	}
	for _, p := range f.phrases {
		if !p.in(d.words) {
			return false
		}
	}
	return true
}

func (p *phrase) in(words []string) bool {
	for i := 0; i+len(p.words) <= len(words); i++ {
		ok := true
		for j, want := range p.words {
			have := words[i+j]
			if have != want && !(p.prefix && j == len(p.words)-1 && strings.HasPrefix(have, want)) {
				ok = false
				break
			}
		}
		if ok {
			return true
		}
	}
	return false
}

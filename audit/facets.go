package audit

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ambit/policy"
)

// facet is a kind of filter. The search index holds each as a word: the letter and a hash of the value.
type facet byte

const (
	facetPerson     facet = 'p'
	facetAction     facet = 'a'
	facetEffect     facet = 'e'
	facetRepository facet = 'r'
	facetSession    facet = 's'
	facetLayer      facet = 'l'
	facetPhase      facet = 'h'
	facetType       facet = 't'
	facetID         facet = 'i' // events' and decisions' ids, and ids of decisions, approvals and requests that events refer to
	facetToolUse    facet = 'u'
	facetPromptID   facet = 'm'
	facetWhatIf     facet = 'q' // what-ifs only
)

// word is the facet as the index has it.
func (f facet) word(value string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(value)) // a hash never fails
	b := make([]byte, 0, 17)
	b = append(b, byte(f))
	return string(strconv.AppendUint(b, h.Sum64(), 16))
}

// rare reports an effect that few events have.
func rare(effect string) bool {
	return effect == string(policy.Deny) || effect == string(policy.Hold)
}

// paired reports the kinds of filter that are indexed a second time together with a rare effect: "what was ana refused" would
// otherwise compare everything that ana did with everything that was refused to anybody.
func (f facet) paired() bool {
	return f == facetPerson || f == facetAction || f == facetRepository || f == facetLayer
}

// pairWord is a facet together with an effect, as the index has it.
func (v facetValue) pairWord(effect string) string {
	return (v.facet - 'a' + 'A').word(v.value + "\x00" + effect)
}

// facetOf says which filter a member of an event answers.
func facetOf(path string) (facet, bool) {
	switch path {
	case "actor.user":
		return facetPerson, true
	case "action.name":
		return facetAction, true
	case "decision.effect":
		return facetEffect, true
	case "repository":
		return facetRepository, true
	case "session":
		return facetSession, true
	case "decision.findings.layer", "decision.layers.layer":
		return facetLayer, true
	case "phase":
		return facetPhase, true
	case "type":
		return facetType, true
	case "id", "decision.id", "correlation.decision", "correlation.approval", "correlation.request":
		return facetID, true
	case "correlation.tool_use_id":
		return facetToolUse, true
	case "correlation.prompt_id":
		return facetPromptID, true
	case "purpose":
		return facetWhatIf, true
	}
	return 0, false
}

// Limits of what full-text search sees of one event: long file contents would drown the rest.
const (
	maxIndexedText = 8 << 10
	maxWord        = 64
)

// searched reports whether full-text search covers a member.
func searched(path string) bool {
	for _, p := range []string{"action.properties", "change.", "outcome", "decision.reason", "decision.findings.message", "effects.", "agent.name"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	switch path {
	case "actor.user", "repository", "cwd", "type", "session", "actor.address":
		return true
	}
	return false
}

// document is an event as search sees it.
type document struct {
	facets []facetValue
	words  []string
	phase  string
	kind   string
	effect string
	time   time.Time
}

type facetValue struct {
	facet facet
	value string
}

// newDocument takes an event apart; words only where they are wanted.
func newDocument(event string, words bool) document {
	var d document
	text := 0
	// What can't be read has no facets; verification is what reports it.
	walk(event, func(path []byte, value string, str bool) {
		if !str || value == "" {
			return
		}
		if f, ok := facetOf(string(path)); ok && (f != facetWhatIf || value == purposeQuery) {
			d.facets = append(d.facets, facetValue{f, value})
			switch f {
			case facetPhase:
				d.phase = value
			case facetType:
				d.kind = value
			case facetEffect:
				d.effect = value
			}
		}
		if string(path) == "time" {
			d.time, _ = time.Parse(time.RFC3339Nano, value)
		}
		if words && text < maxIndexedText && searched(string(path)) {
			value = value[:min(len(value), maxIndexedText-text)]
			text += len(value)
			d.words = appendWords(d.words, value)
		}
	})
	return d
}

// appendWords splits text into words: runs of letters, digits and underscores, in lower case.
func appendWords(words []string, text string) []string {
	start := -1
	for i := 0; i <= len(text); {
		r, size := rune(-1), 1
		if i < len(text) {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		inWord := r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' ||
			r >= utf8.RuneSelf && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
		switch {
		case inWord && start < 0:
			start = i
		case !inWord && start >= 0:
			word := strings.ToLower(text[start:i])
			words = append(words, word[:wordEnd(word)])
			start = -1
		}
		i += size
	}
	return words
}

// wordEnd cuts overlong words at a character.
func wordEnd(word string) int {
	if len(word) <= maxWord {
		return len(word)
	}
	end := maxWord
	for end > 0 && !utf8.RuneStart(word[end]) {
		end--
	}
	return end
}

// phaseWhatIf is the phase under which what-ifs are counted: they have the phase of decisions, and none of them is an action.
const phaseWhatIf = "what-if"

// countedPhase is the event's phase as charts have it.
func (d *document) countedPhase() string {
	if d.has(facetWhatIf, purposeQuery) {
		return phaseWhatIf
	}
	return d.phase
}

func (d *document) has(f facet, value string) bool {
	for _, have := range d.facets {
		if have.facet == f && have.value == value {
			return true
		}
	}
	return false
}

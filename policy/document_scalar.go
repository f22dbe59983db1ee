package policy

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time as a policy writes it: "90s", "24h", "7d".
type Duration time.Duration

// Until is the end of an exception: a day ("2026-12-01", through its end in UTC) or an RFC 3339 time.
type Until time.Time

// Time is the first moment that is no longer covered.
func (u Until) Time() time.Time { return time.Time(u) }

// MarshalText writes the form that parses to the same moment.
func (u Until) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

func (u Until) String() string {
	t := time.Time(u).UTC()
	if t.Truncate(24 * time.Hour).Equal(t) {
		return t.Add(-24 * time.Hour).Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

func parseUntil(s string) (Until, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return Until(t.Add(24 * time.Hour)), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return Until{}, fmt.Errorf("%q is not a day or a time", s)
	}
	return Until(t), nil
}

// MarshalText writes whole days as "7d", otherwise Go's form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string {
	if day := Duration(24 * time.Hour); d >= 2*day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

func parseDuration(s string) (Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return Duration(time.Duration(n) * 24 * time.Hour), nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a length of time", s)
	}
	return Duration(d), nil
}

// MarshalJSON writes the short form where no flag is set.
func (p CommandPattern) MarshalJSON() ([]byte, error) {
	if !p.Dangerous && !p.Opaque {
		return json.Marshal(p.Pattern)
	}
	type plain CommandPattern
	return json.Marshal(plain(p))
}

// MarshalJSON writes "all", "none" or the selecting mapping.
func (r PromptRecord) MarshalJSON() ([]byte, error) {
	switch {
	case r.All:
		return []byte(`"all"`), nil
	case r.None:
		return []byte(`"none"`), nil
	}
	type plain PromptRecord
	return json.Marshal(plain(r))
}

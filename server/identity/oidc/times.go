package oidc

import (
	"encoding/json"
	"math"
	"time"

	"ambit/server/identity/idp"
)

// times are a token's own; auth is zero where the token doesn't say.
type times struct {
	expires, issued, auth time.Time
}

// checkTimes requires exp and iat, and compares them and nbf with the clock, give or take the connection's skew.
func (p *Provider) checkTimes(claims map[string]any) (times, error) {
	none, now, skew := times{}, p.now(), p.skew()
	at := map[string]time.Time{}
	for _, name := range []string{"exp", "iat", "nbf", "auth_time"} {
		value, present := claims[name]
		t, ok := numericDate(value)
		if present && !ok {
			return none, malformed("the token's "+name+" is not a time", nil)
		}
		at[name] = t
	}
	switch {
	case at["exp"].IsZero():
		return none, idp.Refuse(ReasonExpired, "the token has no expiry", remedyProviderSettings)
	case !now.Add(-skew).Before(at["exp"]):
		return none, idp.Refuse(ReasonExpired, "the token has expired", remedySignInAgain+" If it happens every time: "+remedyClock)
	case !at["nbf"].IsZero() && at["nbf"].After(now.Add(skew)):
		return none, idp.Refuse(ReasonNotYetValid, "the token is not valid yet", remedyClock).About("clock_skew")
	case at["iat"].IsZero():
		return none, idp.Refuse(ReasonIssuedAt, "the token doesn't say when it was issued", remedyProviderSettings)
	case at["iat"].After(now.Add(skew)):
		return none, idp.Refuse(ReasonIssuedAt, "the token was issued in the future", remedyClock).About("clock_skew")
	}
	return times{expires: at["exp"], issued: at["iat"], auth: at["auth_time"]}, nil
}

// numericDate reads seconds since 1970 (RFC 7519 §2), which may have a fraction. Times past the year 9999 are none.
func numericDate(value any) (time.Time, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	f, err := number.Float64()
	if f == 0 && err == nil {
		return time.Time{}, true // some providers write 0 for "not known"
	}
	if err != nil || math.IsNaN(f) || f < 1 || f >= 253402300800 {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(f)
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC(), true
}

package oauth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ambit/server/caller"
)

func TestMetadata(t *testing.T) {
	s := newStack(t)
	got := s.client().get("/.well-known/oauth-authorization-server")
	if got.status != 200 || got.json["issuer"] != s.url || got.json["gateway_protocol_version"] != 1.0 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	for _, name := range []string{"device_authorization_endpoint", "token_endpoint", "revocation_endpoint", "introspection_endpoint"} {
		if to, _ := got.json[name].(string); !strings.HasPrefix(to, s.url+"/oauth/") {
			t.Errorf("%s is %q: not on this origin", name, to)
		}
	}
}

func TestDeviceAuthorization(t *testing.T) {
	s := newStack(t)
	got := s.client().post("/oauth/device_authorization", "surface", "claude_code")
	if got.status != 200 || got.json["expires_in"] != 600.0 || got.json["interval"] != 5.0 || got.json["verification_uri"] != s.url+"/device" {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	code, _ := got.json["user_code"].(string)
	if !regexp.MustCompile(`^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$`).MatchString(code) || got.json["verification_uri_complete"] != s.url+"/device?user_code="+code {
		t.Fatalf("user code %q in %s", code, got.body)
	}
	if got.header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be kept")
	}
}

func TestOwnerApproves(t *testing.T) {
	s := newStack(t)
	d, b := s.device(), s.client()
	d.mustPoll("authorization_pending", 400)
	b.signIn(nil)
	page := b.get("/device?user_code=" + d.userCode)
	if !strings.Contains(page.body, `value="`+d.userCode+`"`) || flowField.MatchString(page.body) {
		t.Fatalf("a pre-filled code must only be shown: %s", page.body)
	}
	flow := b.enter(d)
	shown := b.get("/device?flow=" + flow).body
	for _, want := range []string{"Claude Code 2.1.330", "127.0.0.1", "olga@acme.test", d.userCode} {
		if !strings.Contains(shown, want) {
			t.Errorf("the page doesn't show %s", want)
		}
	}
	if got := b.post("/device", "flow", flow, "action", "approve"); got.status != 200 || !strings.Contains(got.body, "Signed in") {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	s.clock.add(5 * time.Second)
	got := d.poll()
	access, _ := got.json["access_token"].(string)
	refresh, _ := got.json["refresh_token"].(string)
	if got.status != 200 || got.json["token_type"] != "Bearer" || got.json["expires_in"] != 3600.0 || got.json["email"] != "olga@acme.test" || got.json["scope"] != "agent" || refresh == "" {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	p, err := s.identity.Bearer(access)
	must(t, err)
	if p.Person != "olga@acme.test" || len(p.Roles) != 0 || !p.HasScope(caller.ScopeAgent) || p.Connection != "" {
		t.Fatalf("principal %+v", p)
	}
	s.clock.add(5 * time.Second)
	d.mustPoll("invalid_grant", 400) // a device code is good once
	if again := b.get("/device?flow=" + flow); again.status != 410 {
		t.Errorf("an answered flow: %d", again.status)
	}
	if got := b.get("/api/v1/policy", "Authorization", "Bearer "+access); got.status != 403 {
		t.Errorf("an agent reads policies: %d", got.status)
	}
}

func TestPollingErrors(t *testing.T) {
	s := newStack(t)
	d := s.device()
	d.mustPoll("authorization_pending", 400)
	d.mustPoll("slow_down", 400)
	s.clock.add(5 * time.Second)
	d.mustPoll("slow_down", 400) // five seconds longer each time
	s.clock.add(15 * time.Second)
	d.mustPoll("authorization_pending", 400)
	s.clock.add(10 * time.Minute)
	d.mustPoll("expired_token", 400)
	s.clock.add(10 * time.Minute)
	s.device() // makes room
	d.mustPoll("invalid_grant", 400)

	d, b := s.device(), s.client()
	if got := b.post("/device", "flow", b.enter(d), "action", "deny"); got.status != 200 || !strings.Contains(got.body, "Refused") {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	d.mustPoll("access_denied", 400)
	if s.events("credential.refused") != 1 {
		t.Error("the refusal was not recorded")
	}
	d.code = strings.Repeat("x", 43)
	d.mustPoll("invalid_grant", 400)
}

func TestTokenEndpointRefusesNonsense(t *testing.T) {
	s := newStack(t)
	c := s.client()
	for _, tc := range []struct {
		kind, body, code string
		status           int
	}{
		{form, "", "invalid_request", 400},
		{form, "grant_type=", "invalid_request", 400},
		{form, "grant_type=password&username=a&password=b", "unsupported_grant_type", 400},
		{form, "grant_type=authorization_code&code=x", "unsupported_grant_type", 400},
		{form, "grant_type=refresh_token", "invalid_request", 400},
		{form, "grant_type=refresh_token&refresh_token=x", "invalid_grant", 401},
		{form, "grant_type=refresh_token&refresh_token=x&refresh_token=y", "invalid_request", 400},
		{form, "grant_type=refresh_token&refresh_token=%zz", "invalid_request", 400},
		{form, "grant_type=refresh_token&refresh_token=%ff%fe", "invalid_request", 400},
		{form, "grant_type=refresh_token&refresh_token=a%00b", "invalid_request", 400},
		{form, "grant_type=refresh_token;refresh_token=x", "invalid_request", 400},
		{form, "grant_type=" + deviceGrant, "invalid_request", 400},
		{form, "grant_type=" + deviceGrant + "&device_code=" + strings.Repeat("x", 60_000), "invalid_grant", 400},
		{form, strings.Repeat("a", 70_000), "invalid_request", 413},
		{form + "; charset=utf-16", "grant_type=refresh_token", "invalid_request", 400},
		{"application/json", `{"grant_type":"refresh_token"}`, "invalid_request", 400},
		{"multipart/form-data; boundary=x", "--x--", "invalid_request", 400},
		{"", "grant_type=refresh_token", "invalid_request", 400},
	} {
		got := c.do("POST", "/oauth/token", tc.kind, tc.body)
		if got.status != tc.status || got.json["error"] != tc.code {
			t.Errorf("%s %.80s: got %d %s", tc.kind, tc.body, got.status, got.body)
		}
	}
	if got := c.do("POST", "/oauth/token", form+"; charset=UTF-8", "grant_type=refresh_token&refresh_token=x&client_id=anything&scope=x"); got.status != 401 {
		t.Errorf("fields that nobody knows must be ignored: %d %s", got.status, got.body)
	}
}

func TestWrongCodesAreLimited(t *testing.T) {
	s := newStack(t)
	d, b := s.device(), s.client()
	for _, typed := range []string{"", "x", "AAAA-AAAA", "BCDF-GHJ", "<script>", strings.Repeat("B", 5000)} {
		got := b.post("/device", "user_code", typed, "action", "code")
		if got.status != 400 || strings.Contains(got.body, "<script>") || !strings.Contains(got.body, `role="alert"`) {
			t.Errorf("%.20q: %d", typed, got.status)
		}
	}
	limited := false
	for range 20 {
		if got := b.post("/device", "user_code", "BCDF-GHJK"); got.status == 429 {
			limited = true
		}
	}
	if !limited {
		t.Fatal("codes can be guessed without end")
	}
	if got := b.post("/device", "user_code", d.userCode); got.status != 429 {
		t.Fatalf("the limit knows the right code: %d", got.status)
	}
	s.clock.add(time.Minute)
	b.enter(d)
	s.clock.add(time.Minute)
	lower := strings.ToLower(strings.ReplaceAll(d.userCode, "-", " "))
	if got := b.post("/device", "user_code", lower); got.status != 303 {
		t.Errorf("%q was not understood: %d", lower, got.status)
	}
}

// Whoever is signed in through a connection confirms there, and only the same person counts.
func TestConfirmingAtTheConnection(t *testing.T) {
	s := newStack(t)
	d, b := s.device(), s.client()
	b.signIn(s.ada)
	flow := b.enter(d)
	got := b.post("/device", "flow", flow, "action", "approve")
	if got.status != 200 || !strings.Contains(got.body, "/sso/okta/login?for=device&amp;flow="+flow) {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	d.mustPoll("authorization_pending", 400)
	eve := s.arrive("okta", "00u2", "eve@acme.test")
	if got := b.comeBack(flow, eve); got.status != 400 || !strings.Contains(got.body, "eve@acme.test, which is not the account that approved") {
		t.Fatalf("somebody else confirmed: %d %s", got.status, got.body)
	}
	if got := b.comeBack(flow, s.ada); got.status != 403 {
		t.Fatal("the consent counted twice")
	}
	b.post("/device", "flow", flow, "action", "approve")
	if got := b.comeBack(flow, s.ada); got.status != 200 || !strings.Contains(got.body, "Signed in") {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	s.clock.add(10 * time.Second)
	answer := d.poll()
	access, _ := answer.json["access_token"].(string)
	p, err := s.identity.Bearer(access)
	must(t, err)
	if p.Person != "ada@acme.test" || p.Connection != "okta" || p.Subject != "00u1" {
		t.Fatalf("principal %+v", p)
	}
}

// A link to the identity provider with an attacker's flow must approve nothing, though the provider signs its victim in at once:
// not in the victim's browser, and not afterwards in the attacker's, which holds the cookie.
func TestALinkApprovesNothing(t *testing.T) {
	s := newStack(t)
	d, attacker, victim := s.device(), s.client(), s.client()
	flow := attacker.enter(d)
	if got := victim.comeBack(flow, s.ada); got.status != 410 {
		t.Fatalf("nobody pressed Approve: %d %s", got.status, got.body)
	}
	attacker.post("/device", "flow", flow, "approve_with", "okta")
	if got := victim.comeBack(flow, s.ada); got.status != 403 {
		t.Fatalf("pressed in another browser: %d %s", got.status, got.body)
	}
	if s.events("credential.refused") != 1 {
		t.Error("the attempt was not recorded")
	}
	if got := attacker.get("/device?flow=" + flow); strings.Contains(got.body, "Signed in") || strings.Contains(got.body, "ada@acme.test") {
		t.Fatalf("whoever pressed Approve took up the victim's arrival: %d %s", got.status, got.body)
	}
	s.clock.add(5 * time.Second)
	d.mustPoll("authorization_pending", 400)
	if got := victim.comeBack(flow, s.arrive("entra", "e1", "mallory@acme.test")); got.status != 410 {
		t.Errorf("another connection's arrival: %d", got.status)
	}
	if got := victim.post("/device", "flow", flow, "approve_with", "okta", "Origin", "x"); got.status != 200 {
		t.Errorf("got %d", got.status)
	}
	got := victim.do("POST", "/device", form, "flow="+flow+"&approve_with=okta", "Origin", "https://evil.test")
	if got.status != 403 {
		t.Errorf("another site pressed Approve: %d", got.status)
	}
}

func TestApprovingWithoutASession(t *testing.T) {
	s := newStack(t)
	d, b := s.device(), s.client()
	flow := b.enter(d)
	page := b.get("/device?flow=" + flow).body
	if !strings.Contains(page, "Approve with Okta") || !strings.Contains(page, "Approve with Entra") || strings.Contains(page, "GitHub Actions") {
		t.Fatalf("ways to sign in: %s", page)
	}
	if got := b.post("/device", "flow", flow, "action", "approve"); got.status != 400 {
		t.Errorf("approved by nobody: %d", got.status)
	}
	for _, wrong := range []string{"github", "nothing", "../../evil"} {
		if got := b.post("/device", "flow", flow, "approve_with", wrong); got.status != 400 {
			t.Errorf("%s: %d", wrong, got.status)
		}
	}
	if got := b.post("/device", "flow", flow, "action", "console"); got.header.Get("Location") != "/sign-in?next="+url.QueryEscape("/device?flow="+flow) {
		t.Errorf("got %d to %s", got.status, got.header.Get("Location"))
	}
	b.post("/device", "flow", flow, "approve_with", "okta")
	if got := b.comeBack(flow, s.ada); !strings.Contains(got.body, "Signed in") {
		t.Fatalf("got %d %s", got.status, got.body)
	}
}

func TestOldSessionsDoNotApprove(t *testing.T) {
	s := newStack(t)
	b := s.client()
	b.signIn(nil)
	s.clock.add(16 * time.Minute)
	d := s.device()
	flow := b.enter(d)
	if page := b.get("/device?flow=" + flow).body; !strings.Contains(page, "Sign in again") || strings.Contains(page, `value="approve"`) {
		t.Fatalf("the page is %s", page)
	}
	if got := b.post("/device", "flow", flow, "action", "approve"); got.status != 400 {
		t.Fatalf("an old session approved: %d", got.status)
	}
	got := b.post("/device", "flow", flow, "action", "renew")
	if got.status != 303 || !strings.HasPrefix(got.header.Get("Location"), "/sign-in?next=%2Fdevice") {
		t.Fatalf("got %d %s", got.status, got.header)
	}
	if page := b.get("/device?flow=" + flow).body; strings.Contains(page, "olga@acme.test") {
		t.Error("the session did not end")
	}
}

// The session's own value must come with every answer, or another page of this site's neighbours could answer.
func TestAnswersNeedTheSessionsValue(t *testing.T) {
	s := newStack(t)
	d, b := s.device(), s.client()
	b.signIn(nil)
	flow := b.enter(d)
	b.csrf = "wrong"
	if got := b.post("/device", "flow", flow, "action", "approve"); got.status != 403 {
		t.Fatalf("got %d", got.status)
	}
	b.csrf = ""
	if got := b.post("/device", "flow", flow, "action", "approve"); got.status != 403 {
		t.Fatalf("got %d", got.status)
	}
	s.clock.add(5 * time.Second)
	d.mustPoll("authorization_pending", 400)
}

func TestPagesAreHardened(t *testing.T) {
	s := newStack(t)
	got := s.client().do("POST", "/oauth/device_authorization", form, url.Values{"device_name": {`<img src=x onerror=alert(1)>` + "\u202e\n"}}.Encode(), "User-Agent", `"><script>alert(1)</script>/9`)
	d := &device{client: s.client()}
	d.userCode, _ = got.json["user_code"].(string)
	b := s.client()
	page := b.get("/device?flow=" + b.enter(d))
	if strings.Contains(page.body, "<script") || strings.Contains(page.body, "<img") || strings.Contains(page.body, "\u202e") {
		t.Fatalf("a device writes into the page: %s", page.body)
	}
	csp := page.header.Get("Content-Security-Policy")
	nonce := regexp.MustCompile(`style-src 'nonce-([^']+)'`).FindStringSubmatch(csp)
	if nonce == nil || !strings.Contains(page.body, `nonce="`+nonce[1]+`"`) || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script-src") {
		t.Errorf("policy %q", csp)
	}
	if page.header.Get("Cache-Control") != "no-store" || page.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("headers %v", page.header)
	}
	if other := b.get("/device").header.Get("Content-Security-Policy"); other == csp {
		t.Error("two pages share a nonce")
	}
	for _, hostile := range []string{`"><script>`, "%00", strings.Repeat("B", 5000), "BCDF-GHJK\r\nX: y"} {
		if page := b.get("/device?user_code=" + url.QueryEscape(hostile)); page.status != 200 || strings.Contains(page.body, "<script") {
			t.Errorf("%.20q: %d", hostile, page.status)
		}
	}
}

func TestDeviceAuthorizationsAreBounded(t *testing.T) {
	s := newStack(t)
	c, refused := s.client(), 0
	for range 100 {
		if got := c.post("/oauth/device_authorization"); got.status == 429 {
			refused++
			if got.json["error"] != "slow_down" {
				t.Fatalf("got %s", got.body)
			}
		}
	}
	if refused < 30 {
		t.Fatalf("%d of 100 refused", refused)
	}
}

// A person who is cut off between approval and the device's next question gets nothing.
func TestCutOffBeforeCollecting(t *testing.T) {
	s := newStack(t)
	d, b := s.device(), s.client()
	flow := b.enter(d)
	b.post("/device", "flow", flow, "approve_with", "okta")
	b.comeBack(flow, s.ada)
	must(t, s.identity.CutOff(t.Context(), local, s.ada.PersonID, "left", ""))
	d.mustPoll("access_denied", 400)
}

func TestBeforeSetUpDevicesWait(t *testing.T) {
	s := newStack(t)
	d := s.device()
	for range 3 {
		d.mustPoll("authorization_pending", 400)
		s.clock.add(5 * time.Second)
	}
	if page := d.get("/device"); page.status != http.StatusOK {
		t.Errorf("the page: %d", page.status)
	}
}

func TestErrorsAreJSON(t *testing.T) {
	s := newStack(t)
	got := s.client().post("/oauth/token")
	var body map[string]any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || got.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v: %s %s", err, got.header.Get("Content-Type"), got.body)
	}
	if fmt.Sprint(body["error"]) != "invalid_request" {
		t.Errorf("got %s", got.body)
	}
}

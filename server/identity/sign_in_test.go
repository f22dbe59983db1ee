package identity

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"ambit/server/caller"
)

func TestSignInWithAuthenticatorApp(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	c, err := h.SignIn(t.Context(), " OLGA@acme.test", testPassword, testAddress)
	must(t, err)
	if len(c.Methods) != 2 || c.Methods[0] != "totp" || c.Methods[1] != "recovery" {
		t.Fatalf("methods %v", c.Methods)
	}
	in, err := h.VerifySignIn(t.Context(), c.ID, caller.Proof{Code: h.code(o.secret)}, "", testAddress)
	must(t, err)
	if _, err := h.Cookie(in.Cookie); err != nil {
		t.Fatal(err)
	}
	if e := h.events("person.signed_in"); len(e) != 2 || e[0].Actor.Address != testAddress || e[0].Actor.User != testEmail {
		t.Fatalf("sign-ins recorded: %+v", e)
	}
	must(t, h.SignOut(t.Context(), in.Cookie, testAddress))
	_, err = h.Cookie(in.Cookie)
	mustRefuse(t, err, "unauthenticated")
	if n := len(h.events("person.signed_out")); n != 1 {
		t.Fatalf("%d sign-outs recorded, want 1", n)
	}
	if _, err := h.Cookie(o.cookie); err != nil {
		t.Fatalf("another session ended too: %v", err)
	}
}

func TestTheOwnersOwnSignInIsAnAlarmOnceThereIsAnotherWay(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	in := func() {
		t.Helper()
		h.clock.add(time.Minute) // another code
		c, err := h.SignIn(t.Context(), testEmail, testPassword, testAddress)
		must(t, err)
		_, err = h.VerifySignIn(t.Context(), c.ID, caller.Proof{Code: h.code(o.secret)}, "", testAddress)
		must(t, err)
	}
	in()
	h.connect("ci", caller.StageLive, func(c *caller.Connection) { c.Kind = caller.KindWorkload })
	h.connect("okta", caller.StageStaging, nil)
	in()
	if e := h.events("owner.signed_in"); len(e) != 0 {
		t.Fatalf("an alarm where there is no other way: %+v", e)
	}
	h.connect("entra", caller.StageLive, nil)
	in()
	e := h.events("owner.signed_in")
	if len(e) != 1 || e[0].Phase != "integrity" || e[0].Actor.User != testEmail || e[0].Actor.Address != testAddress {
		t.Fatalf("alarms: %+v", e)
	}
}

// The answers to all of these must be one and the same, or they tell who has an account.
func TestSignInTellsNothingAboutAccounts(t *testing.T) {
	h := newHouse(t)
	h.setUp()
	h.token(caller.NewToken{Name: "t", Scopes: []caller.Scope{caller.ScopeDecide}, Person: "nopassword@acme.test"})
	for _, try := range []struct{ email, password, person string }{
		{testEmail, "wrong password here", testEmail},
		{"nopassword@acme.test", testPassword, "nopassword@acme.test"},
		{"nobody@acme.test", testPassword, "unknown"},
		{"not an address", testPassword, "unknown"},
	} {
		_, err := h.SignIn(t.Context(), try.email, try.password, testAddress)
		if !errors.Is(err, errSignIn) {
			t.Errorf("%s: %v, want the one refusal", try.email, err)
		}
		if e := h.events("sign_in.refused")[0]; e.Actor.User != try.person {
			t.Errorf("%s: recorded as %s, want %s", try.email, e.Actor.User, try.person)
		}
	}
}

// An account that doesn't exist must cost a hash too. With every slot taken, only a check that hashes has to wait.
func TestPasswordCheckHashesForUnknownAccounts(t *testing.T) {
	h := newHouse(t)
	for range cap(h.passwords.slots) {
		h.passwords.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.passwords.check(ctx, testPassword, ""); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v: the check did not hash", err)
	}
}

func TestPasswordHash(t *testing.T) {
	h := newHouse(t)
	phc, err := h.passwords.hash(t.Context(), "Zoë's passphrase")
	must(t, err)
	for password, want := range map[string]bool{"Zoë's passphrase": true, "Zoe\u0308's passphrase": true, "Zoe's passphrase": false, "": false} {
		ok, err := h.passwords.check(t.Context(), password, phc)
		must(t, err)
		if ok != want {
			t.Errorf("%q: %v, want %v", password, ok, want)
		}
	}
	for _, broken := range []string{"x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=18$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=64$AAAA$AAAA", "$argon2id$v=19$m=64,t=1,p=1$!$AAAA"} {
		if _, err := h.passwords.check(t.Context(), "x", broken); err == nil {
			t.Errorf("%q was accepted as a hash", broken)
		}
	}
}

func TestTOTPCodeWorksOnce(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	code := h.code(o.secret)
	_, err := h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: code}, "", testAddress)
	must(t, err)
	_, err = h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: code}, "", testAddress)
	mustRefuse(t, err, "unauthenticated")
	h.clock.add(-30 * time.Second) // an older code that was never used is spent with the newer one
	_, err = h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: h.code(o.secret)}, "", testAddress)
	mustRefuse(t, err, "unauthenticated")
}

func TestTOTPCodeWorksOnceAtTheSameTime(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	code := h.code(o.secret)
	const attempts = 6
	challenges := make([]string, attempts)
	for i := range challenges {
		challenges[i] = h.challenge()
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	passed := 0
	for _, c := range challenges {
		wg.Go(func() {
			if _, err := h.VerifySignIn(t.Context(), c, caller.Proof{Code: code}, "", testAddress); err == nil {
				mu.Lock()
				passed++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if passed != 1 {
		t.Fatalf("one code signed in %d times", passed)
	}
}

func TestRecoveryCodeWorksOnce(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	typed := " " + o.codes[3][:5] + " " + o.codes[3][6:]
	_, err := h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{RecoveryCode: typed}, "", testAddress)
	must(t, err)
	_, err = h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{RecoveryCode: o.codes[3]}, "", testAddress)
	mustRefuse(t, err, "unauthenticated")
	_, err = h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{RecoveryCode: o.codes[4]}, "", testAddress)
	must(t, err)
}

func TestChallengeHasFewAttemptsAndEnds(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	c := h.challenge()
	for range challengeAttempts {
		_, err := h.VerifySignIn(t.Context(), c, caller.Proof{Code: "000000"}, "", testAddress)
		mustRefuse(t, err, "unauthenticated")
	}
	_, err := h.VerifySignIn(t.Context(), c, caller.Proof{Code: h.code(o.secret)}, "", testAddress)
	mustRefuse(t, err, "unauthenticated")

	c = h.challenge()
	h.clock.add(challengeLife + time.Second)
	_, err = h.VerifySignIn(t.Context(), c, caller.Proof{Code: h.code(o.secret)}, "", testAddress)
	mustRefuse(t, err, "unauthenticated")

	_, err = h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: h.code(o.secret), RecoveryCode: o.codes[0]}, "", testAddress)
	mustRefuse(t, err, "invalid")
}

func TestSignInEndsThePlantedSession(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	planted := o.cookie
	in, err := h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: h.code(o.secret)}, planted, testAddress)
	must(t, err)
	if in.Cookie == planted {
		t.Fatal("the session kept its value across the sign-in")
	}
	_, err = h.Cookie(planted)
	mustRefuse(t, err, "unauthenticated")
}

func TestSessionsEndByTime(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	h.clock.add(sessionIdle - time.Minute)
	_, err := h.Cookie(o.cookie)
	must(t, err)
	h.clock.add(sessionIdle - time.Minute) // idle time counts from the last use
	_, err = h.Cookie(o.cookie)
	must(t, err)
	h.clock.add(sessionIdle + time.Minute)
	_, err = h.Cookie(o.cookie)
	mustRefuse(t, err, "unauthenticated")

	in, err := h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: h.code(o.secret)}, "", testAddress)
	must(t, err)
	for range 15 {
		h.clock.add(11 * time.Hour)
		_, err = h.Cookie(in.Cookie)
	}
	must(t, err)
	h.clock.add(4 * time.Hour)
	_, err = h.Cookie(in.Cookie)
	mustRefuse(t, err, "unauthenticated")
}

func TestSessionsAreBoundedAndSurviveARestart(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	person := h.People()[0]
	var last caller.SignedIn
	for range sessionsPerHead {
		h.clock.add(time.Second)
		var err error
		last, err = h.signIn(t.Context(), &person, "test", alwaysGood, "", testAddress)
		must(t, err)
	}
	_, err := h.Cookie(o.cookie) // the oldest made room
	mustRefuse(t, err, "unauthenticated")
	h.close()
	h = open(t, h.dir, h.clock, "http://localhost:8420")
	p, err := h.Cookie(last.Cookie)
	must(t, err)
	if p.CSRF != last.CSRF {
		t.Fatal("the CSRF value changed with the restart")
	}
}

func TestGuessingIsLimited(t *testing.T) {
	h := newHouse(t)
	h.setUp() // testAddress is familiar to the owner's account now
	guess := func(email, address string) error {
		_, err := h.SignIn(t.Context(), email, "wrong password here", address)
		return err
	}
	limited := 0
	for range 30 {
		if errors.Is(guess("nobody@acme.test", "198.51.100.1"), errLimited) {
			limited++
		}
	}
	if limited == 0 {
		t.Fatal("one address may guess without end")
	}
	limited = 0
	for i := range 30 { // many addresses, one account
		if errors.Is(guess(testEmail, "203.0.113."+string(rune('0'+i%10))+string(rune('0'+i/10))), errLimited) {
			limited++
		}
	}
	if limited == 0 {
		t.Fatal("one account may be guessed at without end")
	}
	if _, err := h.SignIn(t.Context(), testEmail, testPassword, testAddress); err != nil {
		t.Fatalf("a stranger's guesses locked the owner out: %v", err)
	}
	h.clock.add(time.Hour)
	if err := guess("nobody@acme.test", "198.51.100.1"); !errors.Is(err, errSignIn) {
		t.Fatalf("after an hour: %v, want an ordinary refusal", err)
	}
}

func TestDemoSignInNeedsDemo(t *testing.T) {
	h := newHouse(t)
	h.setUp()
	_, err := h.SignInDemo(t.Context(), testEmail, "", testAddress)
	mustRefuse(t, err, "not_found")
	if len(h.DemoPeople()) != 0 {
		t.Fatal("people are offered for a demo sign-in")
	}
}

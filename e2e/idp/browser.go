package idp

import (
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Browser holds cookies, follows redirects and fills forms. It stops at the first address that begins with what the caller
// waits for, without opening it.
type Browser struct {
	t      testing.TB
	client *http.Client
	stop   string
}

var errStopped = errors.New("arrived")

// NewBrowser makes a browser that has been nowhere yet.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t}
	b.client = &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), b.stop) {
			return errStopped
		}
		if len(via) > 20 {
			return errors.New("too many redirects")
		}
		return nil
	}}
	return b
}

// SignIn opens address, signs in as person and consents, and returns where the provider sends the browser back to.
func (b *Browser) SignIn(address, person, stop string) *url.URL {
	b.t.Helper()
	return b.through(address, stop, url.Values{"login": {person}, "password": {"any"}})
}

// SignOut opens address and confirms that the session is to end.
func (b *Browser) SignOut(address, stop string) *url.URL {
	b.t.Helper()
	return b.through(address, stop, url.Values{"logout": {"yes"}})
}

// Cancel opens address and takes the way out that the sign-in page offers.
func (b *Browser) Cancel(address, stop string) *url.URL {
	b.t.Helper()
	b.stop = stop
	at, page, done := b.open(http.MethodGet, address, nil)
	if done {
		return at
	}
	link := regexp.MustCompile(`href="([^"]*/abort)"`).FindStringSubmatch(page)
	if link == nil {
		b.t.Fatalf("%s offers no way out:\n%s", at, page)
	}
	if at, _, done = b.open(http.MethodGet, html.UnescapeString(link[1]), nil); !done {
		b.t.Fatalf("stuck at %s", at)
	}
	return at
}

var (
	formTag  = regexp.MustCompile(`(?s)<form\b[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenIn = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"`)
)

func (b *Browser) through(address, stop string, answers url.Values) *url.URL {
	b.t.Helper()
	b.stop = stop
	at, page, done := b.open(http.MethodGet, address, nil)
	for range 6 {
		if done {
			return at
		}
		form := formTag.FindStringSubmatch(page)
		if form == nil {
			b.t.Fatalf("%s has no form:\n%s", at, page)
		}
		fields := url.Values{}
		for _, hidden := range hiddenIn.FindAllStringSubmatch(page, -1) {
			fields.Set(hidden[1], html.UnescapeString(hidden[2]))
		}
		for name, values := range answers {
			fields[name] = values
		}
		target, err := at.Parse(html.UnescapeString(form[1]))
		if err != nil {
			b.t.Fatal(err)
		}
		at, page, done = b.open(http.MethodPost, target.String(), fields)
	}
	b.t.Fatalf("stuck at %s:\n%s", at, page)
	return nil
}

// open goes to an address and says where it ended; done means at the address waited for.
func (b *Browser) open(method, address string, fields url.Values) (at *url.URL, page string, done bool) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(fields.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.client.Do(req)
	if errors.Is(err, errStopped) {
		resp.Body.Close()
		if at, err = resp.Location(); err != nil {
			b.t.Fatal(err)
		}
		return at, "", true
	}
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.Request.URL, string(body), false
}

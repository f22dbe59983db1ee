package idp

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// SAMLSignIn signs a person in at the provider as a browser would: it opens the address, fills in forms with name and
// password, and returns the form that the provider would have the browser post to us: its action and its fields.
func SAMLSignIn(ctx context.Context, address, name, password string) (action string, form url.Values, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", nil, err
	}
	client := &http.Client{Jar: jar}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", nil, err
	}
	for range 5 {
		page, at, err := fetch(client, req)
		if err != nil {
			return "", nil, err
		}
		action, form, err := readForm(page, at)
		if err != nil {
			return "", nil, err
		}
		if form.Has("SAMLResponse") {
			return action, form, nil
		}
		form.Set("username", name)
		form.Set("password", password)
		if req, err = http.NewRequestWithContext(ctx, http.MethodPost, action, strings.NewReader(form.Encode())); err != nil {
			return "", nil, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return "", nil, errors.New("the identity provider asks again and again")
}

func fetch(client *http.Client, req *http.Request) (page string, at *url.URL, err error) {
	resp, err := client.Do(req)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return "", nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return "", nil, fmt.Errorf("the identity provider answers with status %d", resp.StatusCode)
	}
	return string(body), resp.Request.URL, nil
}

var (
	samlForm = regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form>`)
	inputTag = regexp.MustCompile(`(?is)<input\b([^>]*)>`)
	attrText = regexp.MustCompile(`(?is)\b(name|value|action)\s*=\s*"([^"]*)"`)
)

// readForm takes the page's only form with a field that matters: the response, or a user's name.
func readForm(page string, at *url.URL) (string, url.Values, error) {
	for _, f := range samlForm.FindAllStringSubmatch(page, -1) {
		values := url.Values{}
		for _, input := range inputTag.FindAllStringSubmatch(f[2], -1) {
			a := tagAttributes(input[1])
			if a["name"] != "" {
				values.Set(a["name"], a["value"])
			}
		}
		if !values.Has("SAMLResponse") && !values.Has("username") {
			continue
		}
		action, err := at.Parse(tagAttributes(f[1])["action"])
		if err != nil {
			return "", nil, err
		}
		return action.String(), values, nil
	}
	return "", nil, errors.New("the identity provider shows no form to sign in by")
}

func tagAttributes(s string) map[string]string {
	found := map[string]string{}
	for _, a := range attrText.FindAllStringSubmatch(s, -1) {
		found[strings.ToLower(a[1])] = html.UnescapeString(a[2])
	}
	return found
}

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ambit/agent"
)

// apiClient speaks the HTTP API, to a server by its URL or to the installation in a data folder.
type apiClient struct {
	base  string
	token string
	http  *http.Client
}

// apiError is the server's refusal in its own words (RFC 9457).
type apiError struct {
	Status   int             `json:"status"`
	CodeName string          `json:"code"`
	Detail   string          `json:"detail"`
	Remedy   string          `json:"hint"`
	ID       string          `json:"id"`
	Problems json.RawMessage `json:"problems"` // findings about a policy document
}

func (e *apiError) Error() string {
	text := lowerFirst(strings.TrimRight(e.Detail, "."))
	if text == "" {
		text = fmt.Sprintf("the server answered %d", e.Status)
	}
	if e.ID != "" && e.Status >= http.StatusInternalServerError {
		text += fmt.Sprintf(" (id %s in the server's log)", e.ID)
	}
	return text
}

// lowerFirst makes a sentence part of a line that begins with "ambit:". A word of capitals stays.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] < 'A' || s[1] > 'Z') {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// Hint is the remedy.
func (e *apiError) Hint() string { return e.Remedy }

// remoteClient speaks to a server over the network, with the token from AMBIT_TOKEN or the sign-in.
func remoteClient(env *Env, server string) (*apiClient, error) {
	u, err := url.Parse(server)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, &adviceError{fmt.Sprintf("%q is not a server's address", server), "Write it as https://ambit.example.com"}
	}
	token := env.Getenv("AMBIT_TOKEN")
	if token == "" {
		return signedInClient(env, server)
	}
	return newClient(strings.TrimRight(u.String(), "/"), token), nil
}

// signedInClient speaks with the credential of the sign-in, which goes to its own server only.
func signedInClient(env *Env, server string) (*apiClient, error) {
	to, err := agent.FindConnection(server, env.Getenv)
	if err != nil {
		return nil, &adviceError{"AMBIT_TOKEN is not set, and " + lowerFirst(err.Error()), "Run `ambit login --server " + server + "`, or put a token from `ambit token create` into AMBIT_TOKEN"}
	}
	if err := machine(env).Renew(env.Ctx, &to, time.Minute); err != nil {
		return nil, err
	}
	return clientOf(&to), nil
}

func clientOf(to *agent.Connection) *apiClient { return newClient(to.Server.String(), to.Token) }

func newClient(base, token string) *apiClient {
	// A redirect would carry the token to wherever the answer says.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &apiClient{base: base, token: token, http: client}
}

// requestTimeout bounds a call that isn't a stream.
const requestTimeout = 60 * time.Second

// do calls the API with in as JSON (nil: no body) and reads the answer into out (nil: ignored).
func (c *apiClient) do(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("write the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	resp, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if out == nil {
		_, err := io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}

// stream reads from the API and hands over the answer as it comes, with no limit of time. The caller closes it.
func (c *apiClient) stream(ctx context.Context, path string) (io.ReadCloser, error) {
	resp, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func (c *apiClient) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, &adviceError{fmt.Sprintf("reach the server at %s: %v", c.base, err), "Is it running, and is the address right?"}
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		defer func() { _ = resp.Body.Close() }()
		return nil, refusalOf(resp)
	}
	return resp, nil
}

// refusalOf reads an error answer in the shape of our own API or of AuthZEN.
func refusalOf(resp *http.Response) error {
	e := &apiError{Status: resp.StatusCode}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	var authzen struct {
		Context struct {
			Error struct {
				Code, Message, Hint, ID string
			}
		}
	}
	_ = json.Unmarshal(text, e) // whatever doesn't parse leaves the status, which is enough to say
	if e.Detail == "" && json.Unmarshal(text, &authzen) == nil {
		f := authzen.Context.Error
		e.CodeName, e.Detail, e.Remedy, e.ID = f.Code, f.Message, f.Hint, f.ID
	}
	e.Status = resp.StatusCode
	return e
}

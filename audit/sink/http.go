package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/klauspost/compress/gzip"

	"ambit/audit/egress"
)

// requestTimeout bounds one request from connecting to the last byte of the answer. A receiver that takes longer is down.
const requestTimeout = 30 * time.Second

// maxRetryAfter bounds how long a receiver may ask to be left alone.
const maxRetryAfter = time.Hour

// poster sends bodies over HTTP for the kinds that do.
type poster struct {
	client  *http.Client
	secrets map[string]string
	gzip    bool
	zip     *gzip.Writer
	breathe func()
	now     func() time.Time
}

func newPoster(d *deps, spec *Spec, secrets map[string]string) (*poster, error) {
	cfg, err := spec.TLS.tlsConfig(secrets[secretClientKey])
	if err != nil {
		return nil, err
	}
	zip, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	return &poster{client: d.networks.Client(d.timeout, cfg), secrets: secrets, gzip: spec.Gzip, zip: zip, now: d.now, breathe: d.breathe}, nil
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
	answer string // status and body, cleaned
}

// post sends one body. The error is for requests without an answer.
func (p *poster) post(ctx context.Context, url, contentType string, body []byte, header map[string]string) (reply, error) {
	sent, err := p.pack(body)
	if err != nil {
		return reply{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(sent))
	if err != nil {
		return reply{}, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "ambit")
	if p.gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	// The answer's body matters only where it came as a whole: half an answer is none.
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return reply{}, fmt.Errorf("read the answer: %w", err)
	}
	return reply{resp.StatusCode, resp.Header, text, clean(resp.Status+" "+string(text), p.secrets)}, nil
}

// pack gives the bytes to send, in memory of their own: a transport may read a request's body on after its answer has come,
// and the caller uses its buffer again.
func (p *poster) pack(body []byte) ([]byte, error) {
	if !p.gzip {
		return bytes.Clone(body), nil
	}
	var buf bytes.Buffer
	p.zip.Reset(&buf)
	var errWrite error
	for piece := range slices.Chunk(body, breathBytes) {
		if _, errWrite = p.zip.Write(piece); errWrite != nil {
			break
		}
		if p.breathe != nil {
			p.breathe()
		}
	}
	if err := errors.Join(errWrite, p.zip.Close()); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return buf.Bytes(), nil
}

func (p *poster) Close() error {
	p.client.CloseIdleConnections()
	return nil
}

// judge reads an HTTP status as most receivers mean it. Kinds with words of their own look at those first.
func (p *poster) judge(r *reply) Result {
	res := Result{Answer: r.answer}
	switch r.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		res.Outcome = Poison
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		res.Outcome, res.After = Retry, p.retryAfter(r)
	case http.StatusGone:
		res.Outcome = Gone
	default:
		switch {
		case r.status >= 200 && r.status < 300:
			res.Outcome = Accepted
		case r.status >= 500:
			res.Outcome, res.After = Retry, p.retryAfter(r)
		default:
			// Redirects too: following one would send the ledger and its token where nobody said.
			res.Outcome = Misconfiguration
		}
	}
	return res
}

// retryAfter reads Retry-After (RFC 9110, section 10.2.3): seconds or a date.
func (p *poster) retryAfter(r *reply) time.Duration {
	text := r.header.Get("Retry-After")
	if text == "" {
		return 0
	}
	after := time.Duration(0)
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		after = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		after = at.Sub(p.now())
	}
	return min(max(after, 0), maxRetryAfter)
}

// forbidden reports whether an error says that the operator doesn't allow the network.
func forbidden(err error) bool {
	var f *egress.ForbiddenError
	return errors.As(err, &f)
}

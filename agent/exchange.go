package agent

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Limits of an answer. A verdict is a few hundred bytes.
const (
	maxHead   = 16 << 10
	maxAnswer = 256 << 10
)

// httpAnswer is what a server said. Body is complete: a cut-off body is an error.
type httpAnswer struct {
	Status   int
	JSON     bool // the content type says so
	Location bool // it tried to send us elsewhere
	Body     []byte
}

// post sends one request over one connection, speaking just the HTTP/1.1 (RFC 9112) that this needs. net/http would double
// the time that the whole hook process takes. No proxy is used, no redirect followed, no cookie kept; the deadline of
// ctx covers everything, also an answer that trickles in byte by byte.
func post(ctx context.Context, server *url.URL, path, token, agent string, body []byte) (*httpAnswer, error) {
	conn, err := dial(ctx, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	var req bytes.Buffer
	req.Grow(len(body) + 512)
	fmt.Fprintf(&req, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: application/json\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n",
		path, server.Host, agent, len(body), token)
	req.Write(body)
	// A server that refuses early answers and closes before it has read everything: the answer counts, not the broken pipe.
	_, writeErr := conn.Write(req.Bytes())
	answer, err := readAnswer(bufio.NewReaderSize(conn, 4<<10))
	if err != nil {
		return nil, errors.Join(err, writeErr)
	}
	return answer, nil
}

func dial(ctx context.Context, server *url.URL) (net.Conn, error) {
	port := server.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[server.Scheme]
	}
	address := net.JoinHostPort(server.Hostname(), port)
	d := net.Dialer{KeepAlive: -1}
	if server.Scheme != "https" {
		return d.DialContext(ctx, "tcp", address)
	}
	t := tls.Dialer{NetDialer: &d, Config: &tls.Config{ServerName: server.Hostname(), MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}}
	return t.DialContext(ctx, "tcp", address)
}

func readAnswer(r *bufio.Reader) (*httpAnswer, error) {
	left := maxHead
	line := func() (string, error) {
		var b []byte
		for {
			part, err := r.ReadSlice('\n')
			b = append(b, part...)
			if left -= len(part); left < 0 {
				return "", errors.New("the answer's header is too long")
			}
			if err == nil {
				return strings.TrimRight(string(b), "\r\n"), nil
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return "", cutOff(err)
			}
		}
	}
	var a *httpAnswer
	for {
		status, err := line()
		if err != nil {
			return nil, err
		}
		if a, err = statusLine(status); err != nil {
			return nil, err
		}
		length, chunked, err := header(line, a)
		if err != nil {
			return nil, err
		}
		if a.Status < 200 { // 100 Continue and the like announce the real one
			continue
		}
		switch {
		case chunked:
			a.Body, err = readChunks(r, line)
		case length >= 0:
			a.Body = make([]byte, length)
			_, err = io.ReadFull(r, a.Body)
			err = cutOff(err)
		default:
			err = errors.New("the answer does not say how long it is")
		}
		return a, err
	}
}

func statusLine(s string) (*httpAnswer, error) {
	rest, ok := strings.CutPrefix(s, "HTTP/1.")
	if !ok || len(rest) < 5 || (rest[0] != '0' && rest[0] != '1') || rest[1] != ' ' || (len(rest) > 5 && rest[5] != ' ') {
		return nil, errors.New("what answers there is not an HTTP server")
	}
	code, err := strconv.ParseUint(rest[2:5], 10, 16)
	if err != nil || code < 100 {
		return nil, errors.New("what answers there is not an HTTP server")
	}
	return &httpAnswer{Status: int(code)}, nil
}

func header(line func() (string, error), a *httpAnswer) (length int, chunked bool, err error) {
	length = -1
	if a.Status == 204 || a.Status == 304 {
		length = 0
	}
	for {
		s, err := line()
		if err != nil || s == "" {
			return length, chunked, err
		}
		name, value, ok := strings.Cut(s, ":")
		value = strings.TrimSpace(value)
		if !ok || strings.ContainsAny(name, " \t") {
			return 0, false, errors.New("the answer's header is malformed")
		}
		switch strings.ToLower(name) {
		case "content-length":
			n, err := strconv.ParseUint(value, 10, 31)
			switch {
			case err != nil || (length >= 0 && int(n) != length):
				return 0, false, errors.New("the answer's length is malformed")
			case n > maxAnswer:
				return 0, false, errTooLarge
			}
			length = int(n)
		case "transfer-encoding":
			if !strings.EqualFold(value, "chunked") {
				return 0, false, fmt.Errorf("the answer's transfer encoding is %q", value)
			}
			chunked = true
		case "content-encoding":
			if !strings.EqualFold(value, "identity") {
				return 0, false, errors.New("the answer is compressed, which was not asked for")
			}
		case "content-type":
			kind, _, _ := strings.Cut(strings.ToLower(value), ";")
			kind = strings.TrimSpace(kind)
			a.JSON = kind == "application/json" || kind == "application/problem+json"
		case "location":
			a.Location = true
		}
	}
}

var errTooLarge = errors.New("the answer is too large to be a verdict")

func readChunks(r *bufio.Reader, line func() (string, error)) ([]byte, error) {
	var body []byte
	for {
		s, err := line()
		if err != nil {
			return nil, err
		}
		s, _, _ = strings.Cut(s, ";")
		n, err := strconv.ParseUint(strings.TrimSpace(s), 16, 31)
		if err != nil {
			return nil, errors.New("the answer's chunks are malformed")
		}
		if n == 0 {
			for { // trailers
				if s, err := line(); err != nil || s == "" {
					return body, err
				}
			}
		}
		if len(body)+int(n) > maxAnswer {
			return nil, errTooLarge
		}
		at := len(body)
		body = append(body, make([]byte, n)...)
		if _, err := io.ReadFull(r, body[at:]); err != nil {
			return nil, cutOff(err)
		}
		if s, err := line(); err != nil || s != "" {
			return nil, errors.Join(errors.New("the answer's chunks are malformed"), err)
		}
	}
}

func cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the answer was cut off")
	}
	return err
}

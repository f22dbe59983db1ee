package agent

import (
	"bufio"
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

// request is one question to the server. Token and kind of the body may be left out.
type request struct {
	method, path, token, agent, kind string
	body                             []byte
}

// send sends one request over one connection, speaking just the HTTP/1.1 (RFC 9112) that this needs: net/http, and every
// timer and context on the way, would show in the time that the whole hook process takes. No proxy is used, no redirect
// followed, no cookie kept. It sets no deadline: whoever waits for it closes the connection, which ends it.
func send(conn io.ReadWriteCloser, server *url.URL, r *request) (*httpAnswer, error) {
	defer func() { _ = conn.Close() }()
	head := r.method + " " + r.path + " HTTP/1.1\r\nHost: " + server.Host + "\r\nUser-Agent: " + r.agent + "\r\nAccept: application/json\r\nConnection: close\r\n"
	if r.method != "GET" {
		head += "Content-Type: " + r.kind + "\r\nContent-Length: " + strconv.Itoa(len(r.body)) + "\r\n"
	}
	if r.token != "" {
		head += "Authorization: Bearer " + r.token + "\r\n"
	}
	req := make([]byte, 0, len(head)+2+len(r.body))
	req = append(append(append(req, head...), "\r\n"...), r.body...)
	// A server that refuses early answers and closes before it has read everything: the answer counts, not the broken pipe.
	_, writeErr := conn.Write(req)
	answer, err := readAnswer(bufio.NewReaderSize(conn, 4<<10))
	if err != nil {
		return nil, errors.Join(err, writeErr)
	}
	return answer, nil
}

type dialled struct {
	conn io.ReadWriteCloser
	err  error
}

// dialAhead connects while the caller finds out what to send. opened gets the connection as soon as there is one. A server on
// this machine is connected to at once: that takes less time than doing it meanwhile.
func dialAhead(server *url.URL, opened func(io.Closer)) <-chan dialled {
	done := make(chan dialled, 1)
	dialNow := func() {
		conn, err := dial(server, opened)
		done <- dialled{conn, err}
	}
	if server.Scheme == "https" {
		go dialNow()
	} else {
		dialNow()
	}
	return done
}

func dial(server *url.URL, opened func(io.Closer)) (io.ReadWriteCloser, error) {
	port, err := portOf(server)
	if err != nil {
		return nil, err
	}
	if server.Scheme != "https" { // ParseServer takes this for loopback only
		conn, err := dialLocal(server.Hostname(), port)
		if err == nil {
			opened(conn)
		}
		return conn, err
	}
	d := net.Dialer{KeepAlive: -1}
	conn, err := d.Dial("tcp", net.JoinHostPort(server.Hostname(), strconv.Itoa(int(port))))
	if err != nil {
		return nil, err
	}
	opened(conn)
	secure := tls.Client(conn, &tls.Config{ServerName: server.Hostname(), MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	if err := secure.HandshakeContext(context.Background()); err != nil {
		_ = conn.Close()
		return nil, &unsafeError{err}
	}
	return secure, nil
}

func portOf(server *url.URL) (uint16, error) {
	text := server.Port()
	switch {
	case text != "":
	case server.Scheme == "https":
		text = "443"
	default:
		text = "80"
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, &net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("%q is no port", text)}
	}
	return uint16(port), nil
}

// unsafeError is a failed TLS handshake.
type unsafeError struct{ cause error }

func (e *unsafeError) Error() string { return e.cause.Error() }

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

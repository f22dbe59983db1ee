package sink

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"ambit/audit/egress"
)

// syslog sends RFC 5424 messages with octet counting, over TLS (RFC 5425) or TCP (RFC 6587).
type syslog struct {
	spec     SyslogSpec
	networks egress.Networks
	tls      *tls.Config // nil: plain
	timeout  time.Duration
	host     string
	conn     net.Conn // the one that stays open, with NoConfirm
	buf      bytes.Buffer
}

func newSyslog(d *deps, spec *Spec, secrets map[string]string) (Receiver, error) {
	s := &syslog{spec: *spec.Syslog, networks: d.networks, timeout: d.timeout, host: printable(d.host, 255)}
	if s.spec.Plain {
		return s, nil
	}
	var err error
	if s.tls, err = spec.TLS.tlsConfig(secrets[secretClientKey]); err != nil {
		return nil, err
	}
	s.tls.ServerName, _, err = net.SplitHostPort(s.spec.Address)
	return s, err
}

const (
	severityWarning = 4
	severityInfo    = 6
)

// frame appends one message: its length in bytes, a blank, the message. It gives that length.
func (s *syslog) frame(it *Item) int {
	severity := severityInfo
	if it.Refused {
		severity = severityWarning
	}
	at := "-"
	if !it.Time.IsZero() {
		at = it.Time.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	head := fmt.Sprintf("<%d>1 %s %s %s %d %s - ", s.spec.Facility*8+severity, at, s.host, s.spec.AppName, os.Getpid(), printable(it.Type, 32))
	n := len(head) + len(it.Body)
	s.buf.WriteString(strconv.Itoa(n))
	s.buf.WriteByte(' ')
	s.buf.WriteString(head)
	s.buf.Write(it.Body)
	return n
}

// printable makes a header field of a text (RFC 5424, section 6: PRINTUSASCII of a bounded length).
func printable(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if r < '!' || r > '~' {
			return '_'
		}
		return r
	}, text)
	if text == "" {
		return "-"
	}
	return text[:min(len(text), limit)]
}

// Send implements Receiver.
func (s *syslog) Send(ctx context.Context, batch []Item) (Result, error) {
	s.buf.Reset()
	for i := range batch {
		// A receiver cuts what is beyond its limit without a word, or closes the connection, again and again.
		if n := s.frame(&batch[i]); n > s.spec.MaxBytes {
			answer := fmt.Sprintf("the message has %d bytes, and this sink's receiver is said to take %d (syslog.max_bytes)", n, s.spec.MaxBytes)
			return Result{Outcome: Poison, Items: []int{i}, Answer: answer}, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if s.conn == nil {
		conn, err := s.dial(ctx)
		if err != nil {
			return Result{}, err
		}
		s.conn = conn
	}
	// The deadline ends reads and writes that ctx can't. It may still be set while the connection is given up.
	conn := s.conn
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	err := s.exchange()
	stop()
	if err != nil || !s.spec.NoConfirm {
		_ = s.Close()
	}
	if err != nil {
		return Result{}, err
	}
	answer := "read to the end and closed by the receiver"
	if s.spec.NoConfirm {
		answer = "written to the connection; nothing confirms that it was read"
	}
	return Result{Outcome: Accepted, Answer: fmt.Sprintf("%d messages, %d bytes: %s", len(batch), s.buf.Len(), answer)}, nil
}

func (s *syslog) dial(ctx context.Context) (net.Conn, error) {
	if s.tls == nil {
		return s.networks.ClearText().Dialer().DialContext(ctx, "tcp", s.spec.Address)
	}
	return (&tls.Dialer{NetDialer: s.networks.Dialer(), Config: s.tls}).DialContext(ctx, "tcp", s.spec.Address)
}

// exchange writes the batch and, unless the spec says otherwise, closes our side and waits for the receiver's: then it has
// read everything. Over TLS it may leave out its close_notify, as our side is closed already (RFC 5425, section 4.4). A receiver
// that ends with something unread resets the connection, and one that ended before the batch arrived has not acknowledged it.
func (s *syslog) exchange() error {
	if _, err := s.conn.Write(s.buf.Bytes()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if s.spec.NoConfirm {
		return nil
	}
	tcp, err := s.closeWrite()
	if err != nil {
		return fmt.Errorf("end the batch: %w", err)
	}
	// A receiver has nothing to say; what it says all the same is skipped, within bounds.
	n, err := io.Copy(io.Discard, io.LimitReader(s.conn, maxBody))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errors.New("the receiver did not close the connection after the end of the batch, so it is unknown what it read (a receiver that never does needs no_confirm)")
	case err != nil:
		return fmt.Errorf("wait for the receiver to close: %w", err)
	case n == maxBody:
		return errors.New("the receiver talks and never ends; this is no syslog receiver")
	case !taken(tcp):
		return errors.New("the receiver closed the connection before it had the whole batch")
	}
	return nil
}

// closeWrite ends our side: that of TLS, where there is one, and that of the connection below it.
func (s *syslog) closeWrite() (*net.TCPConn, error) {
	below := s.conn
	if over, ok := s.conn.(*tls.Conn); ok {
		if err := over.CloseWrite(); err != nil {
			return nil, err
		}
		below = over.NetConn()
	}
	tcp, ok := below.(*net.TCPConn)
	if !ok {
		return nil, errors.New("the connection can't be closed by halves")
	}
	return tcp, tcp.CloseWrite()
}

// Close implements Receiver. Closing what both sides closed already may fail, and no longer matters.
func (s *syslog) Close() error {
	if s.conn != nil {
		_ = s.conn.Close()
		s.conn = nil
	}
	return nil
}

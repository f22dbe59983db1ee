package sink

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"ambit/audit/egress"
)

// syslogFar reads octet-counted messages until the sender is done, then closes.
type syslogFar struct {
	net.Listener
	got   chan string
	reset bool // closes with the messages unread
	early bool // ends its side at once and reads nothing
	stay  bool // never closes

	abrupt *tls.Config // speaks TLS and closes the connection below it
}

func listenSyslog(t *testing.T, cfg *tls.Config, change ...func(*syslogFar)) *syslogFar {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	if cfg != nil {
		ln = tls.NewListener(ln, cfg)
	}
	f := &syslogFar{Listener: ln, got: make(chan string, 1000)}
	for _, c := range change {
		c(f)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go f.read(conn)
		}
	}()
	return f
}

func (f *syslogFar) read(conn net.Conn) {
	defer func(below net.Conn) { _ = below.Close() }(conn)
	if f.abrupt != nil {
		conn = tls.Server(conn, f.abrupt)
	}
	if f.reset {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		return
	}
	if f.early {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		time.Sleep(time.Second) // longer than the sender looks
		return
	}
	r := bufio.NewReader(conn)
	for {
		length, err := r.ReadString(' ')
		if err != nil {
			break
		}
		message := make([]byte, number(length))
		if _, err := io.ReadFull(r, message); err != nil {
			break
		}
		f.got <- string(message)
	}
	if f.stay {
		time.Sleep(5 * time.Second) // longer than the sender's patience
	}
}

func TestSyslogMessage(t *testing.T) {
	f := listenSyslog(t, nil)
	r := receiver(t, Spec{Kind: Syslog, Syslog: &SyslogSpec{Address: f.Addr().String(), Plain: true}}, nil)
	if res := mustSend(t, r, items(2)); res.Outcome != Accepted {
		t.Fatalf("%+v", res)
	}
	first, second := <-f.got, <-f.got
	if !strings.HasPrefix(first, "<110>1 2026-11-22T05:30:16.248Z ambit-1 ambit ") || !strings.HasSuffix(first, ` shell.exec - {"id":"evt_1","seq":1}`) {
		t.Errorf("%s", first)
	}
	if !strings.HasPrefix(second, "<108>1 ") {
		t.Errorf("a refusal is no warning: %s", second)
	}
}

func TestSyslogNeedsProofThatItWasRead(t *testing.T) {
	for name, change := range map[string]func(*syslogFar){
		"reset":        func(f *syslogFar) { f.reset = true },
		"never closes": func(f *syslogFar) { f.stay = true },
		"ends early":   func(f *syslogFar) { f.early = true },
	} {
		f := listenSyslog(t, nil, change)
		d := testDeps(t)
		d.timeout = 300 * time.Millisecond
		r := receiverWith(t, d, Spec{Kind: Syslog, Syslog: &SyslogSpec{Address: f.Addr().String(), Plain: true}}, nil)
		batch := items(1)
		batch[0].Body = json.RawMessage(`"` + strings.Repeat("x", 1<<19) + `"`) // more than a receiver that doesn't read has room for
		if res, err := r.Send(t.Context(), batch); err == nil {
			t.Errorf("%s: %+v", name, res)
		}
	}
}

func TestSyslogSetsLongMessagesAside(t *testing.T) {
	f := listenSyslog(t, nil)
	r := receiver(t, Spec{Kind: Syslog, Syslog: &SyslogSpec{Address: f.Addr().String(), Plain: true, MaxBytes: 2048}}, nil)
	batch := items(3)
	batch[1].Body = json.RawMessage(`"` + strings.Repeat("x", 2048) + `"`)
	if res := mustSend(t, r, batch); res.Outcome != Poison || len(res.Items) != 1 || res.Items[0] != 1 || !strings.Contains(res.Answer, "max_bytes") {
		t.Errorf("%+v", res)
	}
	batch[1].Body = json.RawMessage(`"` + strings.Repeat("x", 1900) + `"`)
	if res := mustSend(t, r, batch); res.Outcome != Accepted {
		t.Errorf("%+v", res)
	}
}

// A receiver that closes its connection without TLS's own end has read everything all the same, as long as it doesn't reset it.
func TestSyslogReceiverThatEndsWithoutCloseNotify(t *testing.T) {
	pair, ca, _ := certificate(t, "receiver")
	f := listenSyslog(t, nil, func(f *syslogFar) { f.abrupt = &tls.Config{Certificates: []tls.Certificate{pair}} })
	spec := Spec{Kind: Syslog, Syslog: &SyslogSpec{Address: f.Addr().String()}, TLS: TLSSpec{CA: ca}}
	if res := mustSend(t, receiver(t, spec, nil), items(3)); res.Outcome != Accepted {
		t.Errorf("%+v", res)
	}
	for range 3 {
		<-f.got
	}
}

// No packet leaves here: the address is judged before.
func TestClearTextStaysInTheHouse(t *testing.T) {
	d := testDeps(t)
	var err error
	d.networks, err = egress.ParseNetworks([]string{"public", "private"})
	must(t, err)
	for _, spec := range []Spec{
		{Kind: Syslog, Syslog: &SyslogSpec{Address: "93.184.216.34:514", Plain: true}},
		{Kind: OTLP, OTLP: &OTLPSpec{URL: "http://93.184.216.34/v1/logs"}},
	} {
		var forbidden *egress.ForbiddenError
		if _, err := receiverWith(t, d, spec, nil).Send(t.Context(), items(1)); !errors.As(err, &forbidden) || !forbidden.ClearText {
			t.Errorf("%s: %v", spec.Kind, err)
		}
	}
}

func TestSyslogWithoutConfirmationKeepsItsConnection(t *testing.T) {
	f := listenSyslog(t, nil)
	r := receiver(t, Spec{Kind: Syslog, Syslog: &SyslogSpec{Address: f.Addr().String(), Plain: true, NoConfirm: true}}, nil)
	mustSend(t, r, items(1))
	mustSend(t, r, items(1))
	<-f.got
	<-f.got
}

// certificate makes one for a name, signed by itself.
func certificate(t *testing.T, name string) (tls.Certificate, string, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	certPEM := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	keyPEM := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
	pair, err := tls.X509KeyPair([]byte(certPEM), []byte(keyPEM))
	must(t, err)
	return pair, certPEM, keyPEM
}

func TestSyslogOverTLS(t *testing.T) {
	server, serverPEM, _ := certificate(t, "receiver")
	_, clientPEM, clientKey := certificate(t, "ambit")
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(clientPEM))
	f := listenSyslog(t, &tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool})
	spec := Spec{Kind: Syslog, Syslog: &SyslogSpec{Address: f.Addr().String()}, TLS: TLSSpec{CA: serverPEM, ClientCertificate: clientPEM}}
	r := receiver(t, spec, map[string]string{secretClientKey: clientKey})
	if res := mustSend(t, r, items(3)); res.Outcome != Accepted {
		t.Fatalf("%+v", res)
	}
	for range 3 {
		<-f.got
	}
	spec.TLS.CA = ""
	var unknown x509.UnknownAuthorityError
	if _, err := receiver(t, spec, map[string]string{secretClientKey: clientKey}).Send(t.Context(), items(1)); !errors.As(err, &unknown) {
		t.Errorf("an unknown receiver is believed: %v", err)
	}
	spec.TLS = TLSSpec{CA: serverPEM}
	if _, err := receiver(t, spec, nil).Send(t.Context(), items(1)); err == nil {
		t.Error("the receiver takes anybody")
	}
}

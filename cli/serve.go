//go:build !client

package cli

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"

	"ambit/audit/egress"
)

// ServeCmd runs the server.
type ServeCmd struct {
	Data           string   `default:"./ambit-data" env:"AMBIT_DATA" placeholder:"DIR" help:"Data folder; created when missing (${default})."`
	Listen         string   `default:"127.0.0.1:8420" env:"AMBIT_LISTEN" placeholder:"ADDR" help:"Address and port to listen on; port 0 takes a free one (${default})."`
	PublicURL      string   `name:"public-url" env:"AMBIT_PUBLIC_URL" placeholder:"URL" help:"Address by which people reach the console, such as https://ambit.example.com."`
	TLSCert        string   `name:"tls-cert" env:"AMBIT_TLS_CERT" placeholder:"FILE" help:"Certificate chain, PEM; with --tls-key the server speaks https itself."`
	TLSKey         string   `name:"tls-key" env:"AMBIT_TLS_KEY" placeholder:"FILE" help:"Private key of the certificate, PEM."`
	KeyFile        string   `name:"key-file" env:"AMBIT_KEY_FILE" placeholder:"FILE" help:"Key that seals secrets in the database (DIR/key)."`
	TrustedProxies []string `name:"trusted-proxies" env:"AMBIT_TRUSTED_PROXIES" placeholder:"CIDR" help:"Proxies whose X-Forwarded-For and X-Forwarded-Proto count."`
	Egress         []string `env:"AMBIT_EGRESS" placeholder:"NETWORKS" help:"Where identity providers and receivers of the ledger may lie: public, private, loopback, address ranges (public,private, and loopback where only this machine reaches the server)."`
	SinkFolder     string   `name:"sink-folder" env:"AMBIT_SINK_FOLDER" placeholder:"DIR" help:"Folder in which sinks of kind file may write; without it there are none."`
	Demo           bool     `help:"Fill an empty data folder with a sample organisation and let visitors sign in as its people; loopback only."`
	LogLevel       string   `name:"log-level" env:"AMBIT_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"What to log: debug, info, warn or error (${default})."`
}

// Help shows the commonest uses.
func (c *ServeCmd) Help() string {
	return `Prints the console's address and, at the first start, a one-time link for setting it up.
Stops gracefully on SIGINT and SIGTERM; a second signal ends it at once.

Examples:
  ambit serve
  ambit serve --demo
  ambit serve --data /var/lib/ambit --listen 0.0.0.0:443 --public-url https://ambit.example.com \
    --tls-cert chain.pem --tls-key key.pem`
}

// settings are the flags, checked and read.
type settings struct {
	public  *url.URL // nil: made from the listener's address
	tls     *tls.Config
	proxies []netip.Prefix
	egress  egress.Networks
}

// check reads everything that the flags name before anything is opened, so that a mistake costs one line and no clean-up.
func (c *ServeCmd) check() (*settings, error) {
	s := &settings{}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, usage("--listen: %q is not an address with a port", c.Listen)("Write it as 127.0.0.1:8420 or [::1]:8420")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return nil, usage("--listen: %q is not a port", port)("Use a number from 0 to 65535; 0 takes a free one")
	}
	if c.Demo && !loopback(host) {
		return nil, usage("--demo lets anybody sign in, so it listens on a loopback address only, not on %s", c.Listen)("Use --listen 127.0.0.1:8420, or leave --demo away")
	}
	if err := s.checkPublic(c.PublicURL); err != nil {
		return nil, err
	}
	if c.Demo && s.public != nil && !loopback(s.public.Hostname()) {
		return nil, usage("--demo lets anybody sign in, so it has no public address such as %s", c.PublicURL)("Leave --public-url away, or --demo")
	}
	if err := s.checkTLS(c.TLSCert, c.TLSKey); err != nil {
		return nil, err
	}
	for _, text := range c.TrustedProxies {
		prefix, err := parsePrefix(text)
		if err != nil {
			return nil, usage("--trusted-proxies: %q is not an address range", text)("Write ranges as 10.0.0.0/8, separated by commas")
		}
		s.proxies = append(s.proxies, prefix)
	}
	if c.KeyFile != "" {
		if info, err := os.Stat(c.KeyFile); err == nil && info.IsDir() {
			return nil, usage("--key-file: %s is a folder", c.KeyFile)("Name a file; it is created when missing")
		}
	}
	if s.egress, err = egressOf(c.Egress, s.local(host)); err != nil {
		return nil, err
	}
	if c.SinkFolder != "" {
		if info, err := os.Stat(c.SinkFolder); err != nil || !info.IsDir() {
			return nil, usage("--sink-folder: %s is not a folder", c.SinkFolder)("Create it first, writable for the server and nobody else")
		}
	}
	return s, nil
}

// local reports whether only this machine reaches the server: it listens on loopback, and neither a public address nor a proxy says
// that others are let through to it.
func (s *settings) local(listen string) bool {
	return loopback(listen) && (s.public == nil || loopback(s.public.Hostname())) && len(s.proxies) == 0
}

// egressOf reads where connections may go. A server that only this machine reaches may reach this machine too, unless the
// operator says otherwise: nobody elsewhere could make it a stepping stone.
func egressOf(list []string, local bool) (egress.Networks, error) {
	if len(list) == 0 {
		list = []string{"public", "private"}
		if local {
			list = append(list, "loopback")
		}
	}
	networks, err := egress.ParseNetworks(list)
	if err != nil {
		return networks, usage("--egress: %s", err)("Write the words and ranges with commas between them, such as --egress public,10.0.0.0/8")
	}
	return networks, nil
}

func (s *settings) checkPublic(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return usage("--public-url: %q is not the address of a site", text)("Write it as https://ambit.example.com, without a path")
	}
	u.Path = ""
	s.public = u
	return nil
}

func (s *settings) checkTLS(cert, key string) error {
	switch {
	case cert == "" && key == "":
		return nil
	case cert == "":
		return usage("--tls-key needs --tls-cert")("Name the certificate chain too")
	case key == "":
		return usage("--tls-cert needs --tls-key")("Name the certificate's private key too")
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return usage("--tls-cert, --tls-key: %s", strings.TrimPrefix(err.Error(), "tls: "))("Both must be PEM files, and the key must belong to the certificate")
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return nil
}

// parsePrefix reads a range of addresses; a single address is a range of one.
func parsePrefix(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// usage makes an error about the command line, ending with status 2, from what is wrong and what to do instead.
func usage(format string, args ...any) func(hint string) error {
	return func(hint string) error {
		return &ExitError{Status: statusUsage, Err: &adviceError{fmt.Sprintf(format, args...), hint}}
	}
}

// publicURL is where people find the console: what the operator says, or the listener's own address. Passkeys don't work on an
// IP address, so a loopback one is called localhost.
func (s *settings) publicURL(addr net.Addr) (*url.URL, error) {
	if s.public != nil {
		return s.public, nil
	}
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return nil, errors.New("the listener has no TCP address")
	}
	host := "localhost"
	if !tcp.IP.IsLoopback() && !tcp.IP.IsUnspecified() {
		host = tcp.IP.String()
	}
	scheme := "http"
	if s.tls != nil {
		scheme = "https"
	}
	return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, fmt.Sprint(tcp.Port))}, nil
}

// hosts says which host names a browser may use. On a loopback listener that nobody gave a public name any other name was
// re-bound to this machine by somebody else's DNS.
func (s *settings) hosts(listen string) func(string) bool {
	host, _, err := net.SplitHostPort(listen)
	local := err == nil && loopback(host)
	if !local && s.public == nil {
		return nil
	}
	return func(have string) bool {
		if s.public != nil && strings.EqualFold(have, s.public.Host) {
			return true
		}
		name := have
		if h, _, err := net.SplitHostPort(have); err == nil {
			name = h
		}
		name = strings.Trim(name, "[]")
		return loopback(name) || (s.public != nil && strings.EqualFold(name, s.public.Hostname())) || (!local && isAddress(name))
	}
}

func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

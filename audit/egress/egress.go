// Package egress is the one way out of the server: an HTTP client for addresses that an admin entered (identity providers,
// SIEM receivers). It connects only to networks that the operator allows, whatever a name resolves to and wherever a
// redirect would lead (OWASP: server-side request forgery).
package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Networks says where connections may go. The zero value allows nothing.
type Networks struct {
	public, private, loopback bool
	prefixes                  []netip.Prefix
	clearText                 bool // no further than loopback and private addresses, whatever else is allowed
}

// ParseNetworks reads a list of the words public, private (RFC 1918, RFC 4193), loopback, and address ranges. Link-local
// addresses, where clouds serve their credentials, open only by a range that names them.
func ParseNetworks(list []string) (Networks, error) {
	var n Networks
	for _, item := range list {
		switch item = strings.TrimSpace(item); item {
		case "public":
			n.public = true
		case "private":
			n.private = true
		case "loopback":
			n.loopback = true
		default:
			prefix, err := netip.ParsePrefix(item)
			if addr, errAddr := netip.ParseAddr(item); err != nil && errAddr == nil {
				prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
			}
			if err != nil {
				return n, fmt.Errorf("%q is neither public, private, loopback nor an address range such as 10.0.0.0/8", item)
			}
			n.prefixes = append(n.prefixes, prefix.Masked())
		}
	}
	return n, nil
}

var (
	carrier   = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598: some clouds serve metadata there
	reserved  = netip.MustParsePrefix("240.0.0.0/4")
	thisHost  = netip.MustParsePrefix("0.0.0.0/8")
	nat64     = netip.MustParsePrefix("64:ff9b::/96") // leads to any IPv4 address
	sixToFour = netip.MustParsePrefix("2002::/16")
)

// Allows reports whether an address may be connected to.
func (n Networks) Allows(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if n.clearText && !inTheHouse(addr) {
		return false
	}
	for _, p := range n.prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	switch {
	case addr.IsUnspecified(), addr.IsMulticast(), addr.IsLinkLocalUnicast(), addr.IsInterfaceLocalMulticast():
		return false
	case carrier.Contains(addr), reserved.Contains(addr), thisHost.Contains(addr), nat64.Contains(addr), sixToFour.Contains(addr):
		return false
	case addr.IsLoopback():
		return n.loopback
	case addr.IsPrivate():
		return n.private
	default:
		return n.public && addr.IsGlobalUnicast()
	}
}

// inTheHouse reports whether what goes to an address may do so in clear text.
func inTheHouse(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsLoopback() || addr.IsPrivate()
}

// ClearText are the networks for connections without TLS: those allowed, and of them loopback and private addresses only.
func (n Networks) ClearText() Networks {
	n.clearText = true
	return n
}

// ForbiddenError says that an address lies in a network that the operator doesn't allow, or that takes TLS.
type ForbiddenError struct {
	Address   string
	ClearText bool // it could be reached by TLS
}

// Error names the address and the remedy.
func (e *ForbiddenError) Error() string {
	if e.ClearText {
		return fmt.Sprintf("%s is no private address, and secrets would travel to it in clear text; use TLS (https://)", e.Address)
	}
	return fmt.Sprintf("%s is in a network that this server may not connect to (see `ambit serve --egress`)", e.Address)
}

// Control is for net.Dialer.Control: it judges the address after the name was resolved, so that a name that changes its
// address between look-up and connection gains nothing.
func (n Networks) Control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err == nil && n.Allows(ap.Addr()) {
		return nil
	}
	secure := n
	secure.clearText = false
	return &ForbiddenError{address, err == nil && secure.Allows(ap.Addr())}
}

// Dialer connects to allowed networks only.
func (n Networks) Dialer() *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: n.Control}
}

// Client is an HTTP client that connects to allowed networks only, in clear text to loopback and private addresses only,
// follows no redirect, and gives up after timeout. tlsConfig may be nil. The environment's proxy settings are not used: they
// would hide where a connection goes.
func (n Networks) Client(timeout time.Duration, tlsConfig *tls.Config) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		Transport:     &byScheme{secure: n.transport(timeout, tlsConfig), clear: n.ClearText().transport(timeout, nil)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (n Networks) transport(timeout time.Duration, tlsConfig *tls.Config) *http.Transport {
	return &http.Transport{
		DialContext: n.Dialer().DialContext, TLSClientConfig: tlsConfig, TLSHandshakeTimeout: 10 * time.Second,
		ResponseHeaderTimeout: timeout, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// byScheme holds clear text to its networks at every connection: a name may lead elsewhere than when it was entered.
type byScheme struct{ secure, clear *http.Transport }

// RoundTrip implements http.RoundTripper.
func (b *byScheme) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return b.secure.RoundTrip(r)
	}
	return b.clear.RoundTrip(r)
}

// CloseIdleConnections is what http.Client looks for.
func (b *byScheme) CloseIdleConnections() {
	b.secure.CloseIdleConnections()
	b.clear.CloseIdleConnections()
}

// CheckURL says in one sentence what is wrong with an address that an admin entered: it must be https, or http to loopback
// or an allowed private network, without user name and fragment. The network is judged again at every connection.
func (n Networks) CheckURL(ctx context.Context, text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return errors.New("this is not a URL with a host; write it as https://host/path")
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("the scheme %q can't be used; write https://", u.Scheme)
	case u.User != nil:
		return errors.New("a URL must not hold a user name or password")
	case u.Fragment != "":
		return errors.New("a URL must not hold a fragment (#…)")
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return nil //nolint:nilerr // a name that doesn't resolve for now is a matter for the first connection
	}
	for _, addr := range addrs {
		if !n.Allows(addr) {
			return &ForbiddenError{Address: addr.String()}
		}
		if u.Scheme == "http" && !inTheHouse(addr) {
			return errors.New("secrets would travel in clear text; write https://")
		}
	}
	return nil
}

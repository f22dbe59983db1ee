package egress

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func mustNetworks(t *testing.T, list ...string) Networks {
	t.Helper()
	n, err := ParseNetworks(list)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNetworks(t *testing.T) {
	usual := mustNetworks(t, "public", "private")
	for addr, want := range map[string]bool{
		"93.184.216.34": true, "10.1.2.3": true, "192.168.0.1": true, "fd00::1": true, "2606:2800::1": true,
		"127.0.0.1": false, "::1": false, "::ffff:127.0.0.1": false, "169.254.169.254": false, "::ffff:169.254.169.254": false, "fe80::1": false,
		"100.100.100.200": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "64:ff9b::a9fe:a9fe": false,
		"2002:7f00:1::": false, "ff02::1": false,
	} {
		if got := usual.Allows(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: allowed is %v", addr, got)
		}
	}
	if !mustNetworks(t, "169.254.1.0/24").Allows(netip.MustParseAddr("169.254.1.9")) {
		t.Error("a range that is named is refused")
	}
	if (Networks{}).Allows(netip.MustParseAddr("93.184.216.34")) {
		t.Error("the zero value allows something")
	}
	if _, err := ParseNetworks([]string{"everything"}); err == nil {
		t.Error("an unknown word is accepted")
	}
}

func TestClientJudgesTheResolvedAddress(t *testing.T) {
	srv := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/", http.StatusFound))
	defer srv.Close()
	var forbidden *ForbiddenError
	if _, err := mustNetworks(t, "public").Client(time.Second, nil).Get(srv.URL); !errors.As(err, &forbidden) {
		t.Errorf("a loopback address was reached: %v", err)
	}
	resp, err := mustNetworks(t, "loopback").Client(time.Second, nil).Get(srv.URL)
	if err != nil || resp.StatusCode != http.StatusFound {
		t.Errorf("the redirect was followed: %v %v", resp, err)
	}
}

// A name that was private when it was entered may lead anywhere by the time of a connection. No packet leaves here: the address
// is judged before.
func TestClearTextStaysInTheHouse(t *testing.T) {
	n := mustNetworks(t, "public", "private", "loopback", "203.0.113.0/24")
	for _, url := range []string{"http://93.184.216.34/", "http://203.0.113.7/", "http://[2606:2800::1]/"} {
		var forbidden *ForbiddenError
		if _, err := n.Client(time.Second, nil).Get(url); !errors.As(err, &forbidden) || !forbidden.ClearText {
			t.Errorf("%s: %v", url, err)
		}
	}
	var forbidden *ForbiddenError
	if _, err := n.Client(time.Second, nil).Get("http://169.254.169.254/"); !errors.As(err, &forbidden) || forbidden.ClearText {
		t.Errorf("TLS is no remedy here: %v", err)
	}
	for addr, want := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "127.0.0.1": true, "fd00::1": true, "93.184.216.34": false, "203.0.113.7": false} {
		if got := n.ClearText().Allows(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: allowed is %v", addr, got)
		}
	}
	if mustNetworks(t, "public").ClearText().Allows(netip.MustParseAddr("10.1.2.3")) {
		t.Error("clear text opens a network that is closed")
	}
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	client := n.Client(time.Second, srv.Client().Transport.(*http.Transport).TLSClientConfig)
	if resp, err := client.Get(srv.URL); err != nil || resp.StatusCode != http.StatusNotFound || resp.ProtoMajor == 0 {
		t.Errorf("by TLS: %v", err)
	}
}

func TestCheckURL(t *testing.T) {
	n := mustNetworks(t, "public", "private")
	for url, ok := range map[string]bool{
		"https://10.0.0.1/x": true, "http://10.0.0.1/x": true, "https://127.0.0.1/": false, "http://93.184.216.34/": false, "ftp://10.0.0.1/": false,
		"https://a:b@10.0.0.1/": false, "https://10.0.0.1/#x": false, "/path": false, "https://": false, "https://169.254.169.254/latest": false,
	} {
		if err := n.CheckURL(t.Context(), url); (err == nil) != ok {
			t.Errorf("%s: %v", url, err)
		}
	}
}

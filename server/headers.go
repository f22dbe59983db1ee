package server

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// securityHeaders go on everything that a browser may show. The API's answers need no sources at all.
func (s *Server) securityHeaders(c *fiber.Ctx) {
	h := &c.Context().Response.Header
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	h.Set(fiber.HeaderXFrameOptions, "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set(fiber.HeaderCacheControl, "no-store")
	if s.https(c) {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// https reports whether the visitor's side of the connection is encrypted.
func (s *Server) https(c *fiber.Ctx) bool {
	if s.TLS || (s.PublicURL != nil && s.PublicURL.Scheme == "https") {
		return true
	}
	return s.fromProxy(c) && strings.EqualFold(c.Get(fiber.HeaderXForwardedProto), "https")
}

func (s *Server) fromProxy(c *fiber.Ctx) bool {
	if len(s.TrustedProxies) == 0 {
		return false
	}
	addr, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	return ok && s.trusted(addr)
}

func (s *Server) trusted(addr netip.Addr) bool {
	addr = addr.Unmap()
	for _, p := range s.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// address is where the caller is. Behind trusted proxies it is the rightmost address of X-Forwarded-For that isn't a trusted
// proxy itself: whatever stands left of that the caller could have written.
func (s *Server) address(c *fiber.Ctx) string {
	direct := c.Context().RemoteIP().String()
	if !s.fromProxy(c) {
		return direct
	}
	list := forwarded(c)
	for i := len(list) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(list[i]))
		if err != nil {
			return direct
		}
		if !s.trusted(addr) {
			return addr.Unmap().String()
		}
	}
	return direct
}

// forwarded is the addresses of X-Forwarded-For, those of the nearest proxy last. Some proxies add a line of their own after the
// one that the caller sent; all lines are one list (RFC 9110, section 5.3).
func forwarded(c *fiber.Ctx) []string {
	var list []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		list = append(list, strings.Split(string(line), ",")...)
	}
	return list
}

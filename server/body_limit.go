package server

import (
	"github.com/valyala/fasthttp"

	"ambit/server/caller"
)

// bodyLimit bounds a request's body by its header alone. The HTTP library holds the whole body in memory before any handler
// can ask who is calling, so without this a stranger could keep maxBody bytes for each connection until readTimeout. Only a
// bearer of a good credential may send the long bodies of the decision endpoints; guard judges every credential again.
func (s *Server) bodyLimit(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if len(h.Peek(fasthttp.HeaderTransferEncoding)) > 0 {
		// A proxy that went by a Content-Length beside it would see the request end elsewhere, so nothing may follow on the same
		// connection (RFC 9112, section 6.1).
		h.SetConnectionClose()
	}
	if token := bearer(h.Peek(fasthttp.HeaderAuthorization)); token != "" {
		if _, err := s.Auth.Bearer(token); err == nil {
			return fasthttp.RequestConfig{} // the server's own limit
		}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: caller.MaxBodyDefault}
}

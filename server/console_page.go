package server

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"ambit/server/caller"
	"ambit/server/problem"
)

// noncePlaceholder stands in the console's index.html wherever a script or style needs the response's own nonce.
var noncePlaceholder = []byte("__CSP_NONCE__")

// consolePage is the built console, held in memory: nothing is read from disk while serving.
type consolePage struct {
	index []byte
	files map[string]consoleFile // by path, "/assets/index-abc.js"
}

type consoleFile struct {
	body   []byte
	zipped func() []byte // gzip of body, made when first asked for; nil where it would save nothing
	typ    string
	hashed bool // the name changes with the content, so it may be cached for ever
}

func loadConsole(from fs.FS) (*consolePage, error) {
	page := &consolePage{files: map[string]consoleFile{}}
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if name == "index.html" {
			page.index = body
			return nil
		}
		f := consoleFile{body: body, typ: contentType(name), hashed: strings.HasPrefix(name, "assets/")}
		if compressible(f.typ) {
			f.zipped = sync.OnceValue(func() []byte { return fasthttp.AppendGzipBytesLevel(nil, body, fasthttp.CompressBestCompression) })
		}
		page.files["/"+name] = f
		return nil
	})
	if err != nil {
		return nil, err
	}
	if page.index == nil {
		return nil, fmt.Errorf("index.html is missing: %w", fs.ErrNotExist)
	}
	return page, nil
}

// contentType names the types that a console consists of itself: mime's table differs between machines.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return fiber.MIMEOctetStream
}

// compressible reports whether gzip makes files of a type smaller: fonts and pictures are compressed already.
func compressible(typ string) bool {
	return strings.HasPrefix(typ, "text/") || typ == "image/svg+xml" || typ == "application/json"
}

func (s *Server) serveConsole(c *fiber.Ctx, at string) error {
	if f, ok := s.page.files[at]; ok {
		if f.hashed {
			c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		} else {
			c.Set(fiber.HeaderCacheControl, "no-cache")
		}
		c.Context().SetContentType(f.typ)
		body := f.body
		if f.zipped != nil {
			c.Vary(fiber.HeaderAcceptEncoding)
			if c.Context().Request.Header.HasAcceptEncoding("gzip") {
				body = f.zipped()
				c.Set(fiber.HeaderContentEncoding, "gzip")
			}
		}
		// SetBodyRaw doesn't copy: the bytes are never changed.
		c.Context().Response.SetBodyRaw(body)
		return nil
	}
	if strings.HasPrefix(at, "/assets/") || path.Ext(at) != "" {
		return s.fail(c, &caller.Route{ID: "console"}, problem.New("not_found", "the console has no such file", "Reload the page."))
	}
	nonce, err := s.nonce()
	if err != nil {
		return s.fail(c, &caller.Route{ID: "console"}, err)
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'self' 'nonce-"+nonce+"'; style-src 'self' 'nonce-"+nonce+
		"'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	c.Context().SetContentType(fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(bytes.ReplaceAll(s.page.index, noncePlaceholder, []byte(nonce)))
}

// nonce is 128 bits, as the CSP specification asks.
func (s *Server) nonce() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
		return "", fmt.Errorf("draw a nonce: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b[:]), nil
}

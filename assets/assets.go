// Package assets holds what is built into the executable: the console, the JSON Schemas and the starter packs.
package assets

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed packs/*.yaml
var packs embed.FS

//go:embed schemas/*.json
var schemas embed.FS

// Dist is the built console; its root holds index.html.
func Dist() fs.FS { return below(dist, "dist") }

// Packs holds the policy starter packs, one NAME.yaml each.
func Packs() fs.FS { return below(packs, "packs") }

// Schemas holds the published JSON Schemas.
func Schemas() fs.FS { return below(schemas, "schemas") }

// below can't fail: each folder is named in an embed directive above, so the compiler has seen it.
func below(files embed.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err)
	}
	return sub
}

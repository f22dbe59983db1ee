package shell

import (
	"path"
	"strings"
)

// renamed records the files that a tool writes beside those that it changes: a backup under the name with an ending behind it
// (cp -S nv x .e writes .env), or what it unpacks, under the name without its ending.
func (k *classifier) renamed() {
	if len(k.endings) == 0 && !k.t.unpacks {
		return
	}
	for _, f := range k.e.a.Files {
		if f.Command != k.index || !f.Write {
			continue
		}
		for _, ending := range k.endings {
			k.beside(f, func(name string) string { return name + quoteGlob(ending) })
			if strings.Contains(ending, "*") { // sed -i'H*' puts the file's name there
				k.beside(f, func(name string) string {
					return strings.ReplaceAll(quoteGlob(ending), `\*`, name)
				})
			}
			if k.t.unpacks {
				k.beside(f, func(name string) string { return strings.TrimSuffix(name, quoteGlob(ending)) })
			}
		}
		if k.t.unpacks {
			k.beside(f, func(name string) string { return strings.TrimSuffix(name, path.Ext(name)) })
		}
	}
}

// beside records a write to a file in the same directory, whose name rename makes of the other's, both as patterns.
func (k *classifier) beside(f FileEffect, rename func(name string) string) {
	if !f.Pattern {
		dir, name := path.Split(strings.TrimRight(f.Path, "/"))
		f.Path = dir + unquoteGlob(rename(quoteGlob(name)))
		k.e.addFile(f)
		return
	}
	dir, name := path.Split(f.Glob)
	if name == "**" {
		dir, name = f.Glob+"/", "*"
	}
	f.Glob = dir + rename(name)
	k.e.addFile(f)
}

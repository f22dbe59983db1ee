package paths

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Inside reports whether name is dir or lies below it. Both are absolute and cleaned; whole components are compared,
// so "/proj/app2" isn't inside "/proj/app".
func Inside(dir, name string) bool {
	if dir == "/" {
		return strings.HasPrefix(name, "/")
	}
	if dir == "" || len(name) < len(dir) || name[:len(dir)] != dir {
		return false
	}
	return len(name) == len(dir) || name[len(dir)] == '/'
}

// Fold gives the form under which deny and protect rules compare names: NFC, then full Unicode case folding. Two names
// that any file system takes for the same one have the same form.
func Fold(name string) string {
	upper := false
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
		}
		if c >= 'A' && c <= 'Z' {
			upper = true
		}
	}
	if upper {
		return strings.ToLower(name)
	}
	return name
}

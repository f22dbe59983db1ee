package claudecode

import "strings"

// Join puts a path that an agent wrote after the directory it is relative to, without cleaning it: "a/../b" must stay, since
// a link at "a" changes where ".." leads. It knows both slashes, because the server may judge for a Windows client.
func Join(dir, path string) string {
	switch {
	case path == "":
		return dir
	case absolute(path) || dir == "" || path[0] == '~':
		return path
	case strings.HasSuffix(dir, "/") || strings.HasSuffix(dir, `\`):
		return dir + path
	case strings.Contains(dir, `\`) && !strings.Contains(dir, "/"):
		return dir + `\` + path
	}
	return dir + "/" + path
}

func absolute(p string) bool {
	if p[0] == '/' || p[0] == '\\' {
		return true
	}
	drive := len(p) >= 3 && p[1] == ':' && (p[2] == '\\' || p[2] == '/')
	return drive && (p[0]|0x20 >= 'a' && p[0]|0x20 <= 'z')
}

// globBase is the literal directory under which a pattern of the Glob tool looks; "" is the directory it starts in. A pattern
// that may climb out again ("*/../..", "{/etc,x}") counts as looking everywhere.
func globBase(pattern string) string {
	meta := strings.IndexAny(pattern, `*?[]{}()!+@`)
	if meta < 0 {
		return pattern
	}
	rest := pattern[meta:]
	if strings.Contains(rest, "..") || strings.Contains(rest, "{/") || strings.Contains(rest, ",/") ||
		strings.Contains(rest, "(/") || strings.Contains(rest, "|/") || strings.Contains(rest, "{~") || strings.Contains(rest, ",~") {
		return "/"
	}
	cut := strings.LastIndexAny(pattern[:meta], `/\`)
	if cut < 0 {
		return ""
	}
	return pattern[:cut+1]
}

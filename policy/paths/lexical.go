package paths

import (
	"path"
	"strings"
)

// Error says why a name can't be judged; such a name is refused.
type Error struct {
	Code    string // short and stable: "control-character", "relative", "device", …
	Message string // the end of a sentence that begins with the name: "holds a control character"
}

func (e *Error) Error() string { return e.Message }

// MaxLength is the longest name that is judged, in bytes (Linux's PATH_MAX).
const MaxLength = 4096

// Join makes name absolute: name itself where it already is, otherwise cwd and name with a slash between.
// It doesn't clean: links must be followed before ".." is taken back. "" means that cwd is needed and unknown.
func Join(platform, cwd, name string) string {
	if IsAbs(platform, name) {
		return name
	}
	if cwd == "" {
		return ""
	}
	if strings.HasSuffix(cwd, "/") {
		return cwd + name
	}
	return cwd + "/" + name
}

// IsAbs reports whether name begins at a root: "/" everywhere, on Windows also "C:\" and "\".
func IsAbs(platform, name string) bool {
	if strings.HasPrefix(name, "/") {
		return true
	}
	return platform == "windows" && (strings.HasPrefix(name, `\`) || hasDrive(name))
}

func hasDrive(name string) bool {
	return len(name) >= 3 && isLetter(name[0]) && name[1] == ':' && (name[2] == '/' || name[2] == '\\')
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// Slash writes an absolute Windows name with forward slashes and an upper-case drive letter; other names are unchanged.
func Slash(platform, name string) string {
	if platform != "windows" {
		return name
	}
	name = strings.ReplaceAll(name, `\`, "/")
	if hasDrive(name) && name[0] >= 'a' {
		name = strings.ToUpper(name[:1]) + name[1:]
	}
	return name
}

// Lexical gives the absolute, cleaned form of name by its text alone: no link is followed. Names that can mean
// something else to whoever opens them than to whoever reads them here are errors.
func Lexical(platform, cwd, name string) (string, *Error) {
	if err := Check(platform, name); err != nil {
		return "", err
	}
	joined := Slash(platform, Join(platform, cwd, name))
	if joined == "" {
		return "", &Error{"relative", "is relative and the working directory is unknown"}
	}
	if platform == "windows" && joined[0] == '/' && hasDrive(cwd) {
		joined = Slash(platform, cwd)[:2] + joined
	}
	if platform == "windows" && len(joined) > 2 && joined[1] == ':' {
		return joined[:2] + path.Clean(joined[2:]), nil
	}
	if joined[0] != '/' {
		return "", &Error{"relative", "is relative and the working directory is not absolute"}
	}
	if isClean(joined) {
		return joined, nil
	}
	return path.Clean(joined), nil
}

// isClean spares path.Clean's walk for the usual name; a false answer only costs time.
func isClean(name string) bool {
	if len(name) > 1 && name[len(name)-1] == '/' {
		return false
	}
	for i := 0; i+1 < len(name); i++ {
		if name[i] == '/' && (name[i+1] == '/' || name[i+1] == '.') {
			return false
		}
	}
	return true
}

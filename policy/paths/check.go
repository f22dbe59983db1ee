package paths

import (
	"strings"
	"unicode/utf8"
)

// Check refuses names whose text deceives: control and invisible characters, other encodings of the same name, and on
// Windows every spelling by which the system reaches a file under another name.
func Check(platform, name string) *Error {
	if name == "" {
		return &Error{"empty", "is empty"}
	}
	if len(name) > MaxLength {
		return &Error{"too-long", "is longer than 4096 bytes"}
	}
	ascii := true
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c < 0x20 || c == 0x7f {
			return &Error{"control-character", "holds a control character"}
		}
		if c >= utf8.RuneSelf {
			ascii = false
		}
	}
	if !ascii {
		if err := checkRunes(name); err != nil {
			return err
		}
	}
	if err := checkExpansion(name); err != nil {
		return err
	}
	switch platform {
	case "windows":
		return checkWindows(name)
	case "darwin":
		if strings.Contains(strings.ToLower(name), "/..namedfork") {
			return &Error{"named-fork", "names a resource fork"}
		}
	}
	return nil
}

func checkRunes(name string) *Error {
	if !utf8.ValidString(name) {
		return &Error{"encoding", "is not valid UTF-8"}
	}
	for _, r := range name {
		if Invisible(r) {
			return &Error{"invisible-character", "holds an invisible or direction-changing character"}
		}
	}
	return nil
}

// Invisible reports whether r is a C1 control, or a character that changes how text looks without being seen: zero
// width, bidirectional control, line separator, soft hyphen, byte order mark, tag.
func Invisible(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9f, r == 0xad, r == 0x61c, r == 0x180e, r == 0xfeff,
		r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f,
		r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// checkExpansion refuses names that some tools expand and others take as they are. A file tool's own "~/" is judged
// both ways by the policy and isn't refused here.
func checkExpansion(name string) *Error {
	switch name[0] {
	case '$':
		if strings.HasPrefix(name, "$HOME") || strings.HasPrefix(name, "${") || strings.HasPrefix(name, "$(") {
			return &Error{"variable", "begins with a shell variable"}
		}
	case '~':
		if len(name) > 1 && name[1] != '/' && name[1] != '\\' {
			return &Error{"home", "names another user's home directory"}
		}
	}
	if i := strings.IndexByte(name, ':'); i > 0 && (strings.EqualFold(name[:i], "file") || strings.HasPrefix(name[i:], "://")) {
		return &Error{"address", "is an address, not a file name"}
	}
	if strings.IndexByte(name, '%') >= 0 {
		lower := strings.ToLower(name)
		if strings.Contains(lower, "%2e") || strings.Contains(lower, "%2f") {
			return &Error{"encoded", "holds percent-encoded dots or slashes"}
		}
	}
	return nil
}

func checkWindows(name string) *Error {
	slashed := strings.ReplaceAll(name, `\`, "/")
	if strings.HasPrefix(slashed, "//") {
		return &Error{"unc", "is a network or device name"}
	}
	rest := slashed
	if hasDrive(slashed) {
		rest = slashed[2:]
	}
	if strings.ContainsAny(rest, ":") {
		return &Error{"stream", "names an alternate data stream or a drive without a root"}
	}
	for comp := range strings.SplitSeq(rest, "/") {
		if comp == "" || comp == "." || comp == ".." {
			continue
		}
		if last := comp[len(comp)-1]; last == '.' || last == ' ' {
			return &Error{"trailing-dot", "has a part that ends with a dot or a blank, which Windows drops"}
		}
		if isShortName(comp) {
			return &Error{"short-name", "has a part in the 8.3 short form"}
		}
		if isDeviceName(comp) {
			return &Error{"device", "is a Windows device name"}
		}
	}
	return nil
}

// isShortName matches what Windows may resolve as an 8.3 alias: "GIT~1", "PROGRA~1.EXT".
func isShortName(comp string) bool {
	base, _, _ := strings.Cut(comp, ".")
	i := strings.LastIndexByte(base, '~')
	if i < 0 || i+1 == len(base) || len(base) > 8 {
		return false
	}
	for _, c := range base[i+1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func isDeviceName(comp string) bool {
	base, _, _ := strings.Cut(comp, ".")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	if len(base) < 4 || (base[:3] != "COM" && base[:3] != "LPT") {
		return false
	}
	switch base[3:] {
	case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
		return true
	}
	return false
}

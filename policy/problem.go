package policy

import "fmt"

// Severity of a Problem.
type Severity string

// Errors keep a policy from being used; warnings do not.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Problem is something wrong in a policy document or suite, with its place.
type Problem struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`   // from 1; 0 where the place is unknown
	Column   int      `json:"column"` // from 1, in characters
	Severity Severity `json:"severity"`
	Path     string   `json:"path,omitempty"` // "layers[0].shell.allow[2]"
	Message  string   `json:"message"`        // what is wrong
	Expected string   `json:"expected,omitempty"`
}

// String is the form that compilers use: file:line:column: what is wrong, what is expected.
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	if p.Expected != "" {
		s += "; expected " + p.Expected
	}
	if p.Severity == SeverityWarning {
		s += " (warning)"
	}
	return s
}

// Problems is a list of findings about a document; as an error it reads one finding a line.
type Problems []Problem

// Errors reports whether one of them is an error rather than a warning.
func (ps Problems) Errors() bool {
	for _, p := range ps {
		if p.Severity == SeverityError {
			return true
		}
	}
	return false
}

// Error joins the findings, one a line.
func (ps Problems) Error() string {
	var s string
	for i, p := range ps {
		if i > 0 {
			s += "\n"
		}
		s += p.String()
	}
	return s
}

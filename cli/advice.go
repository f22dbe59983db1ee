package cli

// adviceError is an error with its remedy.
type adviceError struct{ text, hint string }

func (e *adviceError) Error() string { return e.text }

// Hint is what to do about it.
func (e *adviceError) Hint() string { return e.hint }

package caller

import "encoding/json"

// NewOwner is the first owner as the set-up page describes them.
type NewOwner struct {
	Email    string
	Name     string
	Password string
}

// PendingOwner is what the first owner needs to set up a second factor.
type PendingOwner struct {
	Secret     string // TOTP secret in base32
	OTPAuthURL string
	QRCode     string          // SVG document
	Passkey    json.RawMessage // creation options; nil where passkeys don't work
}

// Proof is one second factor; exactly one field is set.
type Proof struct {
	Code         string // of the authenticator app
	RecoveryCode string
	Passkey      json.RawMessage // the browser's answer
}

// Challenge asks for a second factor after the password was right.
type Challenge struct {
	ID      string   // opaque; send it back with the proof
	Methods []string // totp, passkey, recovery
	Passkey json.RawMessage
}

// SignedIn is a new console session.
type SignedIn struct {
	Cookie string // the cookie's value; nobody else ever sees it
	CSRF   string
	Person Person
}

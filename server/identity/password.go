package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

const (
	minPassword = 12   // characters
	maxPassword = 1024 // bytes
	saltLength  = 16
	keyLength   = 32
)

// Argon2 is the cost of a password hash (RFC 9106).
type Argon2 struct {
	MemoryKiB uint32
	Time      uint32
	Threads   uint8
}

// DefaultArgon2 is the second recommendation of RFC 9106, section 4.
var DefaultArgon2 = Argon2{MemoryKiB: 64 << 10, Time: 3, Threads: 4}

// passwords hashes and checks passwords; at most two at a time, because each takes Argon2.MemoryKiB.
type passwords struct {
	cost  Argon2
	rand  io.Reader
	slots chan struct{}
}

func newPasswords(cost Argon2, rand io.Reader) *passwords {
	return &passwords{cost: cost, rand: rand, slots: make(chan struct{}, 2)}
}

// hash returns the PHC form of a password that is strong enough.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := io.ReadFull(p.rand, salt); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	key, err := p.derive(ctx, password, salt, p.cost)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.MemoryKiB, p.cost.Time, p.cost.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// check compares in constant time. An empty PHC form stands for an account that does not exist: it costs the same and
// is never right.
func (p *passwords) check(ctx context.Context, password, phc string) (bool, error) {
	cost, salt, want, known := p.cost, make([]byte, saltLength), make([]byte, keyLength), false
	if phc != "" {
		var err error
		if cost, salt, want, err = parsePHC(phc); err != nil {
			return false, err
		}
		known = true
	}
	key, err := p.derive(ctx, password, salt, cost)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1 && known, nil
}

func (p *passwords) derive(ctx context.Context, password string, salt []byte, cost Argon2) ([]byte, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("hash password: %w", ctx.Err())
	}
	defer func() { <-p.slots }()
	// The same password typed on two keyboards may arrive in two Unicode forms.
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, cost.Time, cost.MemoryKiB, cost.Threads, keyLength), nil
}

func parsePHC(phc string) (cost Argon2, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return cost, nil, nil, fmt.Errorf("read password hash: not an argon2id hash")
	}
	var version int
	if _, err = fmt.Sscanf(parts[2], "v=%d", &version); err == nil && version != argon2.Version {
		err = fmt.Errorf("version %d", version)
	}
	if err == nil {
		_, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.MemoryKiB, &cost.Time, &cost.Threads)
	}
	if err == nil {
		salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	}
	if err == nil {
		key, err = base64.RawStdEncoding.DecodeString(parts[5])
	}
	if err != nil {
		return cost, nil, nil, fmt.Errorf("read password hash: %w", err)
	}
	return cost, salt, key, nil
}

// judgePassword says what is wrong with a new password.
func judgePassword(password, email string) error {
	local, _, _ := strings.Cut(email, "@")
	lower := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		return invalid("the password is not valid text")
	case utf8.RuneCountInString(password) < minPassword:
		return invalid("the password must have at least %d characters", minPassword)
	case len(password) > maxPassword:
		return invalid("the password must have at most %d bytes", maxPassword)
	case strings.Count(password, password[:1]) == len(password):
		return invalid("the password must not be one character over and over")
	case lower == email || len(local) >= 4 && strings.Contains(lower, local) && len(lower) < len(local)+8:
		return invalid("the password must not be made from the e-mail address")
	}
	return nil
}

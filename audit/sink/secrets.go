package sink

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ambit/db/seal"
)

// The names of secrets.
const (
	secretToken     = "token"      // Splunk
	secretAPIKey    = "api_key"    // Datadog
	secretSigning   = "signing"    // webhooks: whsec_…, as Standard Webhooks has it
	secretHeader    = "header"     // webhooks, OTLP: value of the header that the spec names
	secretClientKey = "client_key" // TLS: PEM

	// After a rotation the former signing secret signs as well for a while, so that the receiver may change over when it likes.
	secretFormer      = "signing_former"
	secretFormerUntil = "signing_former_until" // RFC 3339
)

// formerFor is how long the former signing secret stays in use.
const formerFor = 24 * time.Hour

const (
	signingPrefix = "whsec_"
	signingBytes  = 32
	maxSecret     = 16 << 10
)

// secretsOf lists the secrets that a spec needs (true) or may have (false).
func secretsOf(s *Spec) map[string]bool {
	names := map[string]bool{}
	switch s.Kind {
	case Splunk:
		names[secretToken] = true
	case Datadog:
		names[secretAPIKey] = true
	case Webhook:
		names[secretSigning] = true
		if s.Webhook.Header != "" {
			names[secretHeader] = true
		}
	case OTLP:
		if s.OTLP.Header != "" {
			names[secretHeader] = true
		}
	case Syslog, File:
	}
	if s.TLS.ClientCertificate != "" {
		names[secretClientKey] = true
	}
	return names
}

// checkGiven refuses from callers what only a rotation sets.
func checkGiven(secrets map[string]string) error {
	for _, name := range []string{secretFormer, secretFormerUntil} {
		if _, given := secrets[name]; given {
			return invalid("the secret %q is set by Ambit itself when %q is replaced", name, secretSigning)
		}
	}
	return nil
}

// checkSecrets says in one sentence what is missing, not wanted or malformed.
func checkSecrets(s *Spec, secrets map[string]string) error {
	wanted := secretsOf(s)
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if wanted[name] && secrets[name] == "" {
			return invalid("the secret %q is missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if name == secretFormer || name == secretFormerUntil {
			continue
		}
		if _, known := wanted[name]; !known {
			return invalid("a sink like this has no secret %q", name)
		}
		value := secrets[name]
		if len(value) > maxSecret {
			return invalid("the secret %q is longer than %d bytes", name, maxSecret)
		}
		if name != secretClientKey && strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			return invalid("the secret %q may hold printable ASCII characters only", name)
		}
	}
	if secrets[secretSigning] != "" {
		if _, err := signingKey(secrets[secretSigning]); err != nil {
			return err
		}
	}
	_, err := s.TLS.tlsConfig(secrets[secretClientKey])
	return err
}

// newSigningSecret makes a webhook's secret.
func newSigningSecret(rand io.Reader) (string, error) {
	var key [signingBytes]byte
	if _, err := io.ReadFull(rand, key[:]); err != nil {
		return "", fmt.Errorf("make signing secret: %w", err)
	}
	return signingPrefix + base64.StdEncoding.EncodeToString(key[:]), nil
}

// signingKey reads one: whsec_ and 24 to 64 bytes in base64.
func signingKey(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, signingPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, invalid("the secret %q must be whsec_ and 24 to 64 bytes in base64; leave it away and Ambit makes one", secretSigning)
	}
	return key, nil
}

func sealPurpose(id string) []byte { return []byte("secrets of sink " + id) }

func sealSecrets(box *seal.Box, id string, secrets map[string]string) ([]byte, error) {
	if len(secrets) == 0 {
		return nil, nil
	}
	plain, err := json.Marshal(secrets)
	if err != nil {
		return nil, fmt.Errorf("seal secrets: %w", err)
	}
	return box.Seal(plain, sealPurpose(id)), nil
}

func openSecrets(box *seal.Box, id string, sealed []byte) (map[string]string, error) {
	secrets := map[string]string{}
	if len(sealed) == 0 {
		return secrets, nil
	}
	plain, err := box.Open(sealed, sealPurpose(id))
	if err == nil {
		err = json.Unmarshal(plain, &secrets)
	}
	if err != nil {
		return nil, errors.Join(errors.New("read the secrets of a sink"), err)
	}
	return secrets, nil
}

// shownSecrets are the names that an admin sees.
func shownSecrets(secrets map[string]string) []string {
	names := []string{}
	for name := range secrets {
		if name != secretFormer && name != secretFormerUntil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

package sink

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"
)

// signer signs messages as Standard Webhooks says: HMAC-SHA256 over "id.timestamp.body".
type signer struct {
	key    []byte
	former []byte // nil: there is none
	until  time.Time
}

func newSigner(secrets map[string]string) (signer, error) {
	var s signer
	var err error
	if s.key, err = signingKey(secrets[secretSigning]); err != nil {
		return s, err
	}
	if secrets[secretFormer] == "" {
		return s, nil
	}
	if s.former, err = signingKey(secrets[secretFormer]); err != nil {
		return s, err
	}
	if s.until, err = time.Parse(time.RFC3339, secrets[secretFormerUntil]); err != nil {
		return s, fmt.Errorf("read the end of the former signing secret: %w", err)
	}
	return s, nil
}

// sign sets the three headers. During a rotation there are two signatures with a blank between them.
func (s *signer) sign(header map[string]string, id string, now time.Time, body []byte) {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	signatures := signatureOf(s.key, id, timestamp, body)
	if s.former != nil && now.Before(s.until) {
		signatures += " " + signatureOf(s.former, id, timestamp, body)
	}
	header["webhook-id"], header["webhook-timestamp"], header["webhook-signature"] = id, timestamp, signatures
}

func signatureOf(key []byte, id, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, key)
	_, _ = m.Write([]byte(id + "." + timestamp + ".")) // a hash never fails
	_, _ = m.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

package saml

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"
)

// KeyPair is one key of ours and the certificate that carries its public half. The certificate is only an envelope: identity
// providers compare the key.
type KeyPair struct {
	Key         *rsa.PrivateKey
	Certificate *x509.Certificate
}

// Keys are a connection's own keys. Current signs requests; both decrypt, and both are published, so that an admin can give
// the identity provider Next in peace before it becomes Current.
type Keys struct {
	Current KeyPair
	Next    *KeyPair // nil outside of a roll-over
}

// keyBits is 3072: the same strength as AES-128 (NIST SP 800-57), which is what assertions are at least encrypted with. XML
// encryption needs RSA.
const keyBits = 3072

// keyValidity is long, because a certificate that runs out stops sign-in at those providers that look; Inspect warns before.
const keyValidity = 5 * 365 * 24 * time.Hour

// GenerateKeys makes a key pair with a self-signed certificate. It takes about a second.
func GenerateKeys(random io.Reader, now time.Time) (KeyPair, error) {
	key, err := rsa.GenerateKey(random, keyBits)
	if err != nil {
		return KeyPair{}, fmt.Errorf("generate key: %w", err)
	}
	serial, err := rand.Int(random, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return KeyPair{}, fmt.Errorf("generate serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "Ambit SAML"},
		NotBefore:    now.Add(-time.Hour).UTC(), // for providers whose clock is behind
		NotAfter:     now.Add(keyValidity).UTC(),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(random, template, template, key.Public(), key)
	if err != nil {
		return KeyPair{}, fmt.Errorf("generate certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return KeyPair{}, fmt.Errorf("generate certificate: %w", err)
	}
	return KeyPair{Key: key, Certificate: cert}, nil
}

type storedPair struct {
	Key         []byte `json:"key"`         // PKCS #8
	Certificate []byte `json:"certificate"` // DER
}

// MarshalJSON is the form in which a pair is kept. It contains the private key: seal it.
func (k KeyPair) MarshalJSON() ([]byte, error) {
	if k.Key == nil || k.Certificate == nil {
		return nil, errors.New("no key pair")
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.Key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return json.Marshal(storedPair{Key: der, Certificate: k.Certificate.Raw})
}

// UnmarshalJSON reads what MarshalJSON wrote. Its errors quote nothing.
func (k *KeyPair) UnmarshalJSON(data []byte) error {
	var s storedPair
	if err := json.Unmarshal(data, &s); err != nil {
		return errors.New("decode key pair: not what was stored")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(s.Key)
	if err != nil {
		return errors.New("decode key pair: the key can't be read")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return errors.New("decode key pair: not an RSA key")
	}
	cert, err := x509.ParseCertificate(s.Certificate)
	if err != nil {
		return errors.New("decode key pair: the certificate can't be read")
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return errors.New("decode key pair: key and certificate don't belong together")
	}
	k.Key, k.Certificate = key, cert
	return nil
}

// all lists the pairs, the current one first.
func (k Keys) all() []KeyPair {
	pairs := []KeyPair{k.Current}
	if k.Next != nil {
		pairs = append(pairs, *k.Next)
	}
	return pairs
}

// usableKey refuses certificates whose key is too weak to rely on or of a kind that signs no XML here.
func usableKey(cert *x509.Certificate) error {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < 2048 {
			return fmt.Errorf("its RSA key has only %d bits", key.N.BitLen())
		}
		return nil
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize < 256 {
			return errors.New("its elliptic curve is too small")
		}
		return nil
	default:
		return errors.New("its key is neither RSA nor ECDSA")
	}
}

package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"ambit/server/caller"
)

// authenticator is a security key in software: one ES256 credential, attestation "none".
type authenticator struct {
	t       *testing.T
	origin  string
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	counter uint32
}

func newAuthenticator(t *testing.T, origin string) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	id := make([]byte, 16)
	_, err = rand.Read(id)
	must(t, err)
	return &authenticator{t: t, origin: origin, key: key, id: id}
}

var b64 = base64.RawURLEncoding

type publicKeyOptions struct {
	PublicKey struct {
		Challenge string
		RPID      string `json:"rpId"`
		RP        struct{ ID string }
		User      struct{ ID string }
	} `json:"publicKey"`
}

func (a *authenticator) options(raw json.RawMessage) publicKeyOptions {
	a.t.Helper()
	var o publicKeyOptions
	must(a.t, json.Unmarshal(raw, &o))
	return o
}

func (a *authenticator) clientData(kind, challenge string) []byte {
	a.t.Helper()
	raw, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	must(a.t, err)
	return raw
}

// data is the authenticator data (WebAuthn Level 3, section 6.1): present and verified user.
func (a *authenticator) data(rp string, flags byte) []byte {
	a.counter++
	sum := sha256.Sum256([]byte(rp))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), a.counter)
}

// create answers navigator.credentials.create.
func (a *authenticator) create(raw json.RawMessage) json.RawMessage {
	a.t.Helper()
	o := a.options(raw)
	var err error
	a.handle, err = b64.DecodeString(o.PublicKey.User.ID)
	must(a.t, err)
	const presentVerifiedAttested = 0x45
	point, err := a.key.PublicKey.Bytes()
	must(a.t, err)
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	must(a.t, err)
	data := append(a.data(o.PublicKey.RP.ID, presentVerifiedAttested), make([]byte, 16)...) // no AAGUID
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), cose...)
	attestation, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	must(a.t, err)
	return a.answer(map[string]any{
		"clientDataJSON": b64.EncodeToString(a.clientData("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64.EncodeToString(attestation),
	})
}

// get answers navigator.credentials.get.
func (a *authenticator) get(raw json.RawMessage) json.RawMessage {
	a.t.Helper()
	o := a.options(raw)
	const presentVerified = 0x05
	data, client := a.data(o.PublicKey.RPID, presentVerified), a.clientData("webauthn.get", o.PublicKey.Challenge)
	hashed := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, data...), hashed[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	must(a.t, err)
	return a.answer(map[string]any{
		"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(a.handle),
	})
}

func (a *authenticator) answer(response map[string]any) json.RawMessage {
	a.t.Helper()
	id := b64.EncodeToString(a.id)
	raw, err := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	must(a.t, err)
	return raw
}

func TestPasskeySetsUpAndSignsIn(t *testing.T) {
	h := newHouse(t)
	key := newAuthenticator(t, "http://localhost:8420")
	token := h.link()
	pending, err := h.CreateOwner(t.Context(), token, caller.NewOwner{Email: testEmail, Name: "Olga", Password: testPassword}, testAddress)
	must(t, err)
	elsewhere := newAuthenticator(t, "https://evil.test")
	_, _, err = h.ConfirmOwner(t.Context(), token, caller.Proof{Passkey: elsewhere.create(pending.Passkey)}, testAddress)
	mustRefuse(t, err, "invalid")
	_, _, err = h.ConfirmOwner(t.Context(), token, caller.Proof{Passkey: json.RawMessage(`{"id":1}`)}, testAddress)
	mustRefuse(t, err, "invalid")
	_, _, err = h.ConfirmOwner(t.Context(), token, caller.Proof{Passkey: key.create(pending.Passkey)}, testAddress)
	must(t, err)

	c, err := h.SignIn(t.Context(), testEmail, testPassword, testAddress)
	must(t, err)
	if len(c.Methods) != 2 || c.Methods[0] != "passkey" {
		t.Fatalf("methods %v", c.Methods)
	}
	first := key.get(c.Passkey)
	in, err := h.VerifySignIn(t.Context(), c.ID, caller.Proof{Passkey: first}, "", testAddress)
	must(t, err)
	if _, err := h.Cookie(in.Cookie); err != nil {
		t.Fatal(err)
	}

	again := func(name string, answer func(json.RawMessage) json.RawMessage) {
		t.Helper()
		c, err := h.SignIn(t.Context(), testEmail, testPassword, testAddress)
		must(t, err)
		_, err = h.VerifySignIn(t.Context(), c.ID, caller.Proof{Passkey: answer(c.Passkey)}, "", testAddress)
		t.Run(name, func(t *testing.T) { mustRefuse(t, err, "unauthenticated") })
	}
	again("replayed", func(json.RawMessage) json.RawMessage { return first })
	again("another site", func(o json.RawMessage) json.RawMessage {
		phished := *key
		phished.origin = "https://evil.test"
		return phished.get(o)
	})
	again("another key", func(o json.RawMessage) json.RawMessage {
		forged := newAuthenticator(t, key.origin)
		forged.id, forged.handle, forged.counter = key.id, key.handle, 100
		return forged.get(o)
	})
	again("a copied key, whose counter went back", func(o json.RawMessage) json.RawMessage {
		copied := *key
		copied.counter = 0
		return copied.get(o)
	})
	_, err = h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: "123456"}, "", testAddress)
	mustRefuse(t, err, "unauthenticated") // this owner has no authenticator app
}

func TestPasskeysNeedAHostName(t *testing.T) {
	for public, want := range map[string]bool{
		"http://localhost:8420": true, "https://ambit.acme.test": true, "http://ambit.acme.test": false, "http://127.0.0.1:8420": false, "https://[::1]": false, "https://10.0.0.1": false,
	} {
		u, err := url.Parse(public)
		must(t, err)
		w, err := newPasskeys(u)
		must(t, err)
		if (w != nil) != want {
			t.Errorf("%s: passkeys %v, want %v", public, w != nil, want)
		}
	}
}

package saml

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/crewjam/saml/xmlenc"
)

// encryptionAttacks are about encrypted assertions. Whoever has our certificate, and that is everybody, can encrypt for us.
func encryptionAttacks() []attack {
	sealed := func(name, reason string, change func(f *forge)) attack {
		return attack{name, reason, func(f *forge) {
			f.encrypt = aes128gcm
			change(f)
		}}
	}
	edit := func(from, to string) func(f *forge) { return func(f *forge) { f.sealedXML = replacing(from, to) } }
	vouched := func(f *forge) { f.signResponse = true }
	return []attack{
		sealed("encrypted, nothing signed", reasonEncryption, func(f *forge) { f.signAssertion = false }),
		sealed("encrypted, signed by an attacker", reasonEncryption, func(f *forge) { f.onAssertion.by = &f.attacker }),
		sealed("encrypted, changed after signing", reasonEncryption, func(f *forge) { f.plaintext = replacing(">ada<", ">mallory<") }),
		sealed("encrypted, changed after signing, in a signed response", reasonSignature, func(f *forge) {
			vouched(f)
			f.plaintext = replacing(">ada<", ">mallory<")
		}),
		sealed("encrypted for somebody else", reasonEncryption, func(f *forge) { f.encryptFor = f.attacker.cert }),
		sealed("encrypted with text inside", reasonEncryption, func(f *forge) { f.plaintext = func(string) string { return "hello" } }),
		sealed("encrypted with nothing inside", reasonEncryption, func(f *forge) { f.plaintext = func(string) string { return "" } }),
		sealed("encrypted with a response inside", reasonAssertions, func(f *forge) {
			vouched(f)
			g := newForge()
			g.responseID, g.assertionID = "_inner", "_innerassertion"
			f.plaintext = func(string) string { return g.xml() }
		}),
		sealed("encrypted with two assertions inside", reasonMalformed, func(f *forge) {
			vouched(f)
			f.plaintext = func(s string) string { return s + f.evil() }
		}),
		sealed("encrypted with an assertion in advice inside", reasonAssertions, func(f *forge) {
			vouched(f)
			f.plaintext = replacing("</saml:Conditions>", "</saml:Conditions><saml:Advice>"+f.evil()+"</saml:Advice>")
		}),
		sealed("encrypted with an encrypted assertion inside", reasonAssertions, func(f *forge) {
			vouched(f)
			f.plaintext = func(s string) string {
				return strings.Replace(f.encrypted(s), "<saml:EncryptedAssertion", `<saml:EncryptedAssertion xmlns:saml="`+nsAssertion+`"`, 1)
			}
		}),
		sealed("encrypted with a DOCTYPE inside", reasonForbiddenXML, func(f *forge) {
			vouched(f)
			f.plaintext = func(s string) string { return "<!DOCTYPE x>" + s }
		}),
		sealed("encrypted with a comment inside", reasonForbiddenXML, func(f *forge) {
			vouched(f)
			f.plaintext = replacing(">ada<", ">ada<!-- -->x<")
		}),
		sealed("encrypted with the response's own id inside", reasonStructure, func(f *forge) {
			vouched(f)
			f.assertionID = f.responseID
			f.signAssertion = false
		}),
		sealed("encrypted for another audience", reasonAudience, func(f *forge) {
			f.conditions = f.conditionsWith(at(testNow), at(testNow.Add(time.Minute)), "https://other.test")
		}),
		sealed("encrypted for another recipient", reasonRecipient, func(f *forge) {
			f.subject = f.subjectWith(nameIDXML("ada", formatPersistent), f.answers, "https://other.test", at(testNow.Add(time.Minute)))
		}),
		sealed("encrypted by another issuer", reasonIssuer, func(f *forge) { f.issuer = "<saml:Issuer>https://other.test</saml:Issuer>" }),
		sealed("encrypted, ciphertext changed", reasonEncryption, func(f *forge) { f.sealedXML = flipCiphertext }),
		{"CBC ciphertext changed", reasonEncryption, func(f *forge) { f.encrypt, f.sealedXML = aes128cbc, flipCiphertext }},
		{"CBC ciphertext cut", reasonEncryption, func(f *forge) {
			f.encrypt = aes128cbc
			f.sealedXML = func(s string) string { return editCiphertext(s, func(b []byte) []byte { return b[:len(b)-16] }) }
		}},
		{"CBC ciphertext of one block", reasonEncryption, func(f *forge) {
			f.encrypt = aes128cbc
			f.sealedXML = func(s string) string { return editCiphertext(s, func(b []byte) []byte { return b[:16] }) }
		}},
		sealed("ciphertext empty", reasonEncryption, func(f *forge) {
			f.sealedXML = func(s string) string { return editCiphertext(s, func([]byte) []byte { return nil }) }
		}),
		sealed("ciphertext of a few bytes", reasonEncryption, func(f *forge) {
			f.sealedXML = func(s string) string { return editCiphertext(s, func(b []byte) []byte { return b[:5] }) }
		}),
		sealed("ciphertext that is not base64", reasonEncryption, func(f *forge) {
			f.sealedXML = func(s string) string {
				i := strings.LastIndex(s, "<xenc:CipherValue>") + len("<xenc:CipherValue>")
				return s[:i] + "!!" + s[i:]
			}
		}),
		{"triple DES", reasonEncryptionAlg, func(f *forge) { f.encrypt = xmlenc.TripleDES.Algorithm() }},
		sealed("cipher that nobody knows", reasonEncryptionAlg, edit(aes128gcm, "urn:rot13")),
		sealed("cipher swapped for CBC", reasonEncryption, edit(aes128gcm, aes128cbc)),
		sealed("cipher without a name", reasonEncryptionAlg, edit(` Algorithm="`+aes128gcm+`"`, "")),
		{"RSA 1.5", reasonEncryptionAlg, func(f *forge) { e := xmlenc.PKCS1v15(); f.encrypt, f.encrypter = aes128gcm, &e }},
		sealed("key wrapped with AES", reasonEncryptionAlg, edit("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2001/04/xmlenc#kw-aes128")),
		sealed("key encrypted as data", reasonEncryptionAlg, edit("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", aes128cbc)),
		sealed("key missing", reasonStructure, func(f *forge) {
			f.sealedXML = func(s string) string {
				b, _, z := between(s, "<xenc:EncryptedKey", "</xenc:EncryptedKey>")
				return b + z
			}
		}),
		sealed("four keys", reasonStructure, func(f *forge) {
			f.sealedXML = func(s string) string {
				b, k, z := between(s, "<xenc:EncryptedKey", "</xenc:EncryptedKey>")
				_, rest, _ := strings.Cut(k, " xmlns:xenc")
				for _, id := range []string{"_k1", "_k2", "_k3"} {
					b += `<xenc:EncryptedKey Id="` + id + `" xmlns:xenc` + rest
				}
				return b + k + z
			}
		}),
		sealed("ciphertext elsewhere", reasonStructure, func(f *forge) {
			f.sealedXML = func(s string) string {
				i := strings.LastIndex(s, "<xenc:CipherValue>")
				j := strings.LastIndex(s, "</xenc:CipherValue>") + len("</xenc:CipherValue>")
				return s[:i] + `<xenc:CipherReference URI="https://attacker.test/x"/>` + s[j:]
			}
		}),
		sealed("two encrypted data", reasonStructure, func(f *forge) {
			f.sealedXML = replacing("</saml:EncryptedAssertion>", `<xenc:EncryptedData xmlns:xenc="`+nsEncrypt+`"/></saml:EncryptedAssertion>`)
		}),
		sealed("two encrypted assertions", reasonAssertions, func(f *forge) {
			f.sealedXML = func(s string) string { return s + "<saml:EncryptedAssertion/>" }
		}),
		sealed("empty encrypted assertion", reasonStructure, func(f *forge) {
			f.sealedXML = func(string) string { return "<saml:EncryptedAssertion/>" }
		}),
		sealed("content of an element encrypted", reasonStructure, edit(nsEncrypt+"Element", nsEncrypt+"Content")),
		{"plain where encryption is required", reasonNotEncrypted, func(f *forge) { f.cfg.WantEncrypted = true }},
		{"plain in a signed response where encryption is required", reasonNotEncrypted, func(f *forge) { f.signResponse, f.cfg.WantEncrypted = true, true }},
	}
}

func flipCiphertext(s string) string {
	return editCiphertext(s, func(b []byte) []byte {
		b[len(b)/2] ^= 1
		return b
	})
}

// editCiphertext changes the data's ciphertext, which is the last.
func editCiphertext(s string, edit func([]byte) []byte) string {
	i := strings.LastIndex(s, "<xenc:CipherValue>") + len("<xenc:CipherValue>")
	j := strings.LastIndex(s, "</xenc:CipherValue>")
	raw, err := base64.StdEncoding.DecodeString(s[i:j])
	if err != nil {
		panic(err)
	}
	return s[:i] + base64.StdEncoding.EncodeToString(edit(raw)) + s[j:]
}

// circumstanceAttacks are good responses in the wrong place.
func circumstanceAttacks() []attack {
	return []attack{
		{"used before", reasonReplay, func(f *forge) { f.seen = &memory{ids: map[string]time.Time{"_assertion1": testNow}} }},
		{"posted into another flow", reasonInResponseTo, func(f *forge) { f.flow.RequestID = "_request2" }},
		{"connection that trusts another provider", reasonIssuer, func(f *forge) {
			f.cfg.Metadata = strings.Replace(f.cfg.Metadata, testIDP, "https://entra.acme.test", 1)
		}},
		{"connection that trusts another key", reasonSignature, func(f *forge) { f.cfg.Metadata = idpMetadata(f.attacker) }},
		{"metadata expired", reasonMetadata, func(f *forge) {
			f.cfg.Metadata = strings.Replace(f.cfg.Metadata, "entityID=", `validUntil="2026-11-22T07:59:00Z" entityID=`, 1)
		}},
		{"metadata of the role expired", reasonMetadata, func(f *forge) {
			f.cfg.Metadata = strings.Replace(f.cfg.Metadata, "protocolSupport", `validUntil="2026-11-22T07:59:00Z" protocolSupport`, 1)
		}},
		{"signed with the provider's key for encryption", reasonSignature, func(f *forge) {
			f.cfg.Metadata = strings.Replace(idpMetadata(f.idpNext, f.idp), `use="signing"`, `use="encryption"`, 1)
			f.onAssertion.by = &f.idpNext
		}},
	}
}

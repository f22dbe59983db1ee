package saml

import (
	"errors"

	"github.com/beevik/etree"
	"github.com/crewjam/saml/xmlenc"

	"ambit/server/identity/idp"
)

// Encryption algorithms that are accepted. SHA-1 inside of OAEP is no weakness, and is what rsa-oaep-mgf1p means.
var (
	blockCiphers = map[string]bool{
		xmlenc.AES128CBC.Algorithm(): true, xmlenc.AES192CBC.Algorithm(): true, xmlenc.AES256CBC.Algorithm(): true,
		xmlenc.AES128GCM.Algorithm(): true, xmlenc.AES192GCM.Algorithm(): true, xmlenc.AES256GCM.Algorithm(): true,
	}
	keyTransports = map[string]bool{
		"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p": true,
		"http://www.w3.org/2009/xmlenc11#rsa-oaep":        true,
	}
)

// maxEncryptedKeys bounds the private-key operations of one response: providers wrap the key once for each certificate
// that we publish.
const maxEncryptedKeys = 3

// sealed is an encrypted assertion whose form and algorithms are accepted.
type sealed struct {
	data *etree.Element   // xenc:EncryptedData
	keys []*etree.Element // xenc:EncryptedKey
}

// readEncrypted checks an EncryptedAssertion before anything is decrypted; what is wrong with its form can be told.
func readEncrypted(el *etree.Element) (*sealed, error) {
	err := shape(el, part{nsEncrypt, "EncryptedData", 1, 1}, part{nsEncrypt, "EncryptedKey", 0, maxEncryptedKeys})
	if err != nil {
		return nil, err
	}
	s := &sealed{data: child(el, nsEncrypt, "EncryptedData"), keys: children(el, nsEncrypt, "EncryptedKey")}
	if err := encryptedType(s.data); err != nil {
		return nil, err
	}
	if kind, ok := attribute(s.data, "Type"); ok && kind != nsEncrypt+"Element" {
		return nil, structure("what is encrypted is not an element")
	}
	if info := child(s.data, nsSignature, "KeyInfo"); info != nil {
		s.keys = append(s.keys, children(info, nsEncrypt, "EncryptedKey")...)
	}
	if n := len(s.keys); n == 0 || n > maxEncryptedKeys {
		return nil, structure("an encrypted assertion without its encrypted key, or with too many")
	}
	if a := encryptionMethod(s.data); !blockCiphers[a] {
		return nil, encryptionAlgorithm("cipher", a)
	}
	for _, key := range s.keys {
		if err := encryptedType(key); err != nil {
			return nil, err
		}
		if a := encryptionMethod(key); !keyTransports[a] {
			return nil, encryptionAlgorithm("key transport", a)
		}
	}
	return s, nil
}

// encryptedType checks what EncryptedData and EncryptedKey have in common (XML Encryption §3.1): the library finds these
// parts by their local names, so there must be one of each.
func encryptedType(el *etree.Element) error {
	err := shape(el, part{nsEncrypt, "EncryptionMethod", 1, 1}, part{nsSignature, "KeyInfo", 0, 1}, part{nsEncrypt, "CipherData", 1, 1},
		part{nsEncrypt, "ReferenceList", 0, 1}, part{nsEncrypt, "CarriedKeyName", 0, 1})
	if err != nil {
		return err
	}
	err = shape(child(el, nsEncrypt, "EncryptionMethod"), part{nsEncrypt, "KeySize", 0, 1}, part{nsEncrypt, "OAEPparams", 0, 1},
		part{nsSignature, "DigestMethod", 0, 1}, part{nsEncrypt11, "MGF", 0, 1})
	if err != nil {
		return err
	}
	return shape(child(el, nsEncrypt, "CipherData"), part{nsEncrypt, "CipherValue", 1, 1})
}

func encryptionMethod(el *etree.Element) string {
	return value(child(el, nsEncrypt, "EncryptionMethod"), "Algorithm")
}

func encryptionAlgorithm(what, got string) *idp.Refusal {
	return idp.Refuse(reasonEncryptionAlg, "The assertion is encrypted with a "+what+" that this version can't read or doesn't accept ("+shortURI(got)+").",
		"Set the identity provider to AES-128-GCM or AES-256-GCM (or AES-CBC) for the assertion, and RSA-OAEP (not RSA 1.5) for its key.")
}

// open decrypts the assertion with whichever key of ours fits. It says nothing about why it failed: that would be an oracle.
func (s *sealed) open(keys Keys) ([]byte, error) {
	data := withoutKeys(s.data)
	for _, wrapped := range s.keys {
		for _, pair := range keys.all() {
			key, err := xmlenc.Decrypt(pair.Key, wrapped)
			if err != nil {
				continue
			}
			plain, err := xmlenc.Decrypt(key, data)
			if err == nil && len(plain) <= maxDecoded {
				return plain, nil
			}
		}
	}
	return nil, errors.New("no key of ours opens it")
}

// withoutKeys copies EncryptedData without KeyInfo, so that the library uses the key that it is given. The copy has lost its
// parents and perhaps the declarations of its prefixes, but the local name is enough: encryptedType has checked them.
func withoutKeys(data *etree.Element) *etree.Element {
	data = data.Copy()
	for _, c := range data.ChildElements() {
		if c.Tag == "KeyInfo" {
			data.RemoveChild(c)
		}
	}
	return data
}

// unreadable is the one answer to everything that goes wrong between decryption and the signature inside, while nothing
// outside vouches for the ciphertext: telling one failure from another would help to decrypt (XML Encryption 1.1 §6.1).
func unreadable(cause error) *idp.Refusal {
	return idp.Refuse(reasonEncryption, "The encrypted assertion can't be read, or isn't signed by the identity provider.",
		"Check that the identity provider has this connection's current certificate for encryption and that the connection has its current metadata; let it sign the response too for a clearer message.").Because(cause)
}

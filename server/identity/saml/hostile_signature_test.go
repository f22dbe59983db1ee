package saml

import (
	"encoding/base64"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	aes128gcm  = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
	aes128cbc  = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
	enveloped  = `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>`
	exclusiveT = `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`
)

func transform(algorithm, content string) string {
	return `<ds:Transform Algorithm="` + algorithm + `">` + content + `</ds:Transform>`
}

// tampered changes the assertion after it was signed.
func tampered(from, to string) func(f *forge) {
	return func(f *forge) { f.beforeEncryption = replacing(from, to) }
}

// signatureAttacks are about keys and what is signed.
func signatureAttacks() []attack {
	certXML := func(s signer) string {
		return `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(s.cert.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
	}
	return []attack{
		{"name changed after signing", reasonSignature, tampered(">ada<", ">mallory<")},
		{"group added after signing", reasonSignature, tampered("staff</saml:AttributeValue>", "staff</saml:AttributeValue><saml:AttributeValue>admins</saml:AttributeValue>")},
		{"audience changed after signing", reasonSignature, tampered(testURLs.EntityID, "https://other.test")},
		{"white space added after signing", reasonSignature, tampered("</saml:NameID>", " </saml:NameID>")},
		{"attribute added after signing", reasonSignature, tampered(`Version="2.0"`, `Version="2.0" Extra="1"`)},
		{"prefix renamed after signing", reasonSignature, func(f *forge) {
			f.beforeEncryption = func(s string) string {
				return strings.NewReplacer("<saml:NameID", "<s2:NameID xmlns:s2=\""+nsAssertion+"\"", "</saml:NameID", "</s2:NameID").Replace(s)
			}
		}},
		{"signed by an attacker, who sends the certificate along", reasonSignature, func(f *forge) { f.onAssertion.by = &f.attacker }},
		{"signed by an attacker, who sends the provider's certificate along", reasonSignature, func(f *forge) {
			f.onAssertion.by, f.onAssertion.keyInfo = &f.attacker, certXML(f.idp)
		}},
		{"signed by an attacker, both certificates sent along", reasonSignature, func(f *forge) {
			f.onAssertion.by, f.onAssertion.keyInfo = &f.attacker, certXML(f.idp)+certXML(f.attacker)
			f.onAssertion.keyInfo = strings.Replace(f.onAssertion.keyInfo, "</ds:X509Data></ds:KeyInfo><ds:KeyInfo><ds:X509Data>", "", 1)
		}},
		{"signed by an attacker, key value sent along", reasonSignature, func(f *forge) {
			f.onAssertion.by, f.onAssertion.keyInfo = &f.attacker, `<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>`
		}},
		{"signed by an attacker, reference to a key elsewhere", reasonSignature, func(f *forge) {
			f.onAssertion.by, f.onAssertion.keyInfo = &f.attacker, `<ds:KeyInfo><ds:RetrievalMethod URI="https://attacker.test/key"/></ds:KeyInfo>`
		}},
		{"two key infos", reasonSignatureShape, func(f *forge) { f.onAssertion.keyInfo = certXML(f.attacker) + certXML(f.idp) }},
		{"signed with our own key", reasonSignature, func(f *forge) {
			own := signer{f.sp.Current.Key, f.sp.Current.Certificate}
			f.onAssertion.by = &own
		}},
		{"signed by a certificate that expired", reasonCertificate, func(f *forge) {
			f.cfg.Metadata, f.onAssertion.by = idpMetadata(f.idpOld), &f.idpOld
		}},
		{"signed by a certificate that is not valid yet", reasonCertificate, func(f *forge) {
			young := newSigner(f.idp.key, testNow.Add(maxSkew*2), testNow.Add(maxSkew*20))
			f.cfg.Metadata, f.onAssertion.by = idpMetadata(young), &young
		}},
		{"signed by the expired of two certificates", reasonCertificate, func(f *forge) {
			f.cfg.Metadata, f.onAssertion.by = idpMetadata(f.idpOld, f.idp), &f.idpOld
		}},
		{"signed by a key that the roll-over has retired", reasonSignature, func(f *forge) { f.cfg.Metadata = idpMetadata(f.idpNext) }},
		{"signature value truncated", reasonSignature, func(f *forge) {
			f.onAssertion.value = func(s string) string { return s[:len(s)-8] }
		}},
		{"signature value of one byte", reasonSignature, func(f *forge) { f.onAssertion.value = func(string) string { return "AA==" } }},
		{"signature value empty", reasonSignatureShape, func(f *forge) { f.onAssertion.value = func(string) string { return "" } }},
		{"signature value of zeros", reasonSignature, func(f *forge) {
			f.onAssertion.value = func(string) string { return base64.StdEncoding.EncodeToString(make([]byte, 256)) }
		}},
		{"signature value with characters that are not base64", reasonSignatureShape, func(f *forge) {
			f.onAssertion.value = func(s string) string { return "!" + s[1:] }
		}},
		{"signature value with an element in it", reasonSignatureShape, func(f *forge) {
			f.onAssertion.value = func(s string) string { return s + "<ds:X/>" }
		}},
		{"signature without SignedInfo", reasonSignatureShape, func(f *forge) {
			f.final = func(s string) string { b, _, z := between(s, "<ds:SignedInfo", "</ds:SignedInfo>"); return b + z }
		}},
		{"two SignedInfo", reasonSignatureShape, func(f *forge) {
			f.final = func(s string) string {
				b, info, z := between(s, "<ds:SignedInfo", "</ds:SignedInfo>")
				return b + info + info + z
			}
		}},
		{"SignedInfo hidden in an object", reasonSignatureShape, func(f *forge) {
			f.onAssertion.tail = `<ds:Object><ds:SignedInfo/></ds:Object>`
		}},
		{"signature without a value", reasonSignatureShape, func(f *forge) {
			f.final = func(s string) string {
				b, _, z := between(s, "<ds:SignatureValue>", "</ds:SignatureValue>")
				return b + z
			}
		}},
		{"manifest in the signature", reasonSignatureShape, func(f *forge) { f.onAssertion.tail = `<ds:Object><ds:Manifest/></ds:Object>` }},
		{"empty signature", reasonSignatureShape, func(f *forge) {
			f.final = func(s string) string {
				b, _, z := between(s, "<ds:Signature ", "</ds:Signature>")
				return b + `<ds:Signature xmlns:ds="` + nsSignature + `"/>` + z
			}
		}},
		{"signature of a foreign namespace", reasonStructure, func(f *forge) {
			f.final = func(s string) string { return strings.ReplaceAll(s, nsSignature+`"`, nsEncrypt+`"`) }
		}},
	}
}

// algorithmAttacks swap algorithms, signing honestly with each.
func algorithmAttacks() []attack {
	with := func(name, reason string, change func(s *signature)) attack {
		return attack{name, reason, func(f *forge) { change(&f.onAssertion) }}
	}
	more := "http://www.w3.org/2001/04/xmldsig-more#"
	list := []attack{
		with("rsa-sha1", reasonAlgorithm, func(s *signature) { s.method = dsig.RSASHA1SignatureMethod }),
		with("sha1 digest", reasonAlgorithm, func(s *signature) { s.digest = nsSignature + "sha1" }),
		with("rsa-md5", reasonAlgorithm, func(s *signature) { s.method = more + "rsa-md5" }),
		with("md5 digest", reasonAlgorithm, func(s *signature) { s.digest = more + "md5" }),
		with("hmac-sha256 keyed with the certificate", reasonAlgorithm, func(s *signature) { s.method = more + "hmac-sha256" }),
		with("hmac-sha1 keyed with the certificate", reasonAlgorithm, func(s *signature) { s.method = nsSignature + "hmac-sha1" }),
		with("dsa-sha1", reasonAlgorithm, func(s *signature) { s.method = nsSignature + "dsa-sha1" }),
		with("c14n without exclusion", reasonAlgorithm, func(s *signature) { s.c14n = string(dsig.CanonicalXML10RecAlgorithmId) }),
		with("c14n 1.1", reasonAlgorithm, func(s *signature) { s.c14n = string(dsig.CanonicalXML11AlgorithmId) }),
		with("exclusive c14n with comments", reasonAlgorithm, func(s *signature) { s.c14n = string(dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId) }),
		with("c14n that nobody knows", reasonAlgorithm, func(s *signature) { s.c14n = "urn:none" }),
		with("c14n empty", reasonAlgorithm, func(s *signature) { s.c14n = " " }),
		with("ECDSA method with an RSA key", reasonSignature, func(s *signature) { s.method = more + "ecdsa-sha256" }),
		{"ECDSA key that the connection doesn't know", reasonSignature, func(f *forge) {
			f.onAssertion.by, f.onAssertion.method = &f.idpEC, more+"ecdsa-sha256"
		}},
		{"sha1 on the response, sha256 on the assertion", reasonAlgorithm, func(f *forge) {
			f.signResponse, f.onResponse.method = true, dsig.RSASHA1SignatureMethod
		}},
		{"sha256 on the response, sha1 on the assertion", reasonAlgorithm, func(f *forge) {
			f.signResponse, f.onAssertion.digest = true, nsSignature+"sha1"
		}},
		{"method without algorithm", reasonAlgorithm, func(f *forge) { f.final = replacing(`SignatureMethod Algorithm="`+rsa256+`"`, `SignatureMethod`) }},
		{"method of none", reasonAlgorithm, func(f *forge) {
			f.final = replacing(`SignatureMethod Algorithm="`+rsa256+`"`, `SignatureMethod Algorithm="none"`)
		}},
		{"method with a truncation length", reasonSignatureShape, func(f *forge) {
			f.final = replacing(rsa256+`"></ds:SignatureMethod>`, rsa256+`"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>`)
		}},
		{"two methods", reasonSignatureShape, func(f *forge) {
			f.onAssertion.inInfo = `<ds:SignatureMethod Algorithm="` + rsa256 + `"></ds:SignatureMethod>`
		}},
		{"algorithm by a prefixed attribute", reasonStructure, func(f *forge) {
			f.final = replacing(`SignatureMethod Algorithm=`, `SignatureMethod xmlns:q="urn:q" q:Algorithm="none" Algorithm=`)
		}},
	}
	return list
}

// referenceAttacks are about what the signature covers and how it gets there.
func referenceAttacks() []attack {
	with := func(name, reason string, change func(s *signature)) attack {
		return attack{name, reason, func(f *forge) { change(&f.onAssertion) }}
	}
	transforms := func(name string, list ...string) attack {
		return with(name, reasonAlgorithm, func(s *signature) { s.transforms = strings.Join(list, "") })
	}
	return []attack{
		with("reference to the whole document", reasonSignatureShape, func(s *signature) { s.uri = "empty" }),
		with("reference without URI", reasonSignatureShape, func(s *signature) { s.uri = "none" }),
		with("reference to the response", reasonSignatureShape, func(s *signature) { s.uri = `URI="#_response1"` }),
		with("reference by XPointer", reasonSignatureShape, func(s *signature) { s.uri = `URI="#xpointer(id('_assertion1'))"` }),
		with("reference to everything by XPointer", reasonSignatureShape, func(s *signature) { s.uri = `URI="#xpointer(/)"` }),
		with("reference to an address", reasonSignatureShape, func(s *signature) { s.uri = `URI="https://attacker.test/x#_assertion1"` }),
		with("reference without the number sign", reasonSignatureShape, func(s *signature) { s.uri = `URI="x_assertion1"` }),
		with("reference with white space", reasonSignatureShape, func(s *signature) { s.uri = `URI="# _assertion1"` }),
		with("two references", reasonSignatureShape, func(s *signature) { s.references = 2 }),
		with("reference to something else first", reasonSignatureShape, func(s *signature) {
			s.inInfo = `<ds:Reference URI="#_evil"><ds:DigestMethod Algorithm="x"></ds:DigestMethod></ds:Reference>`
		}),
		{"no reference", reasonSignatureShape, func(f *forge) {
			f.final = func(s string) string { b, _, z := between(s, "<ds:Reference", "</ds:Reference>"); return b + z }
		}},
		{"two digests", reasonSignatureShape, func(f *forge) {
			f.final = func(s string) string {
				b, d, z := between(s, "<ds:DigestValue>", "</ds:DigestValue>")
				return b + d + d + z
			}
		}},
		{"digest empty", reasonSignatureShape, func(f *forge) {
			f.final = func(s string) string {
				b, _, z := between(s, "<ds:DigestValue>", "</ds:DigestValue>")
				return b + "<ds:DigestValue></ds:DigestValue>" + z
			}
		}},
		{"digest truncated", reasonSignatureShape, func(f *forge) {
			f.final = func(s string) string {
				b, _, z := between(s, "<ds:DigestValue>", "</ds:DigestValue>")
				return b + "<ds:DigestValue>AAAA</ds:DigestValue>" + z
			}
		}},
		{"digest with an element in it", reasonSignatureShape, func(f *forge) { f.final = replacing("</ds:DigestValue>", "<ds:X/></ds:DigestValue>") }},
		{"digest of other content", reasonSignature, func(f *forge) {
			f.onAssertion.canonical = otherContent{}
		}},
		{"digest with the wrong canonicalization", reasonSignature, func(f *forge) {
			f.beforeSigning = replacing("<saml:Subject>", `<saml:Subject xmlns:unused="urn:unused">`)
			f.onAssertion.canonical = dsig.MakeC14N10RecCanonicalizer()
		}},
		transforms("no transforms", " "),
		transforms("only enveloped", enveloped),
		transforms("only canonicalization", exclusiveT),
		transforms("canonicalization first", exclusiveT, enveloped),
		transforms("enveloped twice", enveloped, enveloped),
		transforms("three transforms", enveloped, exclusiveT, exclusiveT),
		transforms("XSLT", enveloped, transform("http://www.w3.org/TR/1999/REC-xslt-19991116", "")),
		transforms("XPath", enveloped, transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>not(//x)</ds:XPath>")),
		transforms("XPath filter 2", enveloped, transform("http://www.w3.org/2002/06/xmldsig-filter2", "")),
		transforms("base64 transform", enveloped, transform(nsSignature+"base64", "")),
		transforms("decryption transform", enveloped, transform("http://www.w3.org/2002/07/decrypt#XML", "")),
		transforms("inclusive canonicalization", enveloped, transform(string(dsig.CanonicalXML10RecAlgorithmId), "")),
		transforms("canonicalization with comments", enveloped, transform(string(dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId), "")),
		with("transform with content", reasonSignatureShape, func(s *signature) {
			s.transforms = enveloped + transform(string(dsig.CanonicalXML10ExclusiveAlgorithmId), "<ds:XPath>1</ds:XPath>")
		}),
		with("enveloped transform with content", reasonSignatureShape, func(s *signature) {
			s.transforms = transform(string(dsig.EnvelopedSignatureAltorithmId), "<ds:XPath>1</ds:XPath>") + exclusiveT
		}),
	}
}

// otherContent canonicalizes to something that isn't there.
type otherContent struct{}

func (otherContent) Canonicalize(*etree.Element) ([]byte, error) { return []byte("<x></x>"), nil }
func (otherContent) Algorithm() dsig.AlgorithmID                 { return "" }

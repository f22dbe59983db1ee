package saml

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"hash"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/crewjam/saml/xmlenc"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	testIDP  = "https://idp.acme.test/saml"
	testBase = "https://ambit.acme.test/sso/okta/saml/"
	rsa256   = dsig.RSASHA256SignatureMethod
)

var (
	testNow  = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	testURLs = URLs{EntityID: testBase + "metadata", ACS: testBase + "acs", Metadata: testBase + "metadata"}
)

// signer is a key with its certificate, of an identity provider or of somebody who would like to be one.
type signer struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func newSigner(key crypto.Signer, from, until time.Time) signer {
	template := &x509.Certificate{SerialNumber: big.NewInt(from.Unix()), Subject: pkix.Name{CommonName: "idp"}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return signer{key, cert}
}

func newRSA(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

// cast are the keys of all tests, made once.
type cast struct {
	idp, idpNext, idpOld, idpEC, attacker signer
	sp                                    Keys
}

var theCast = sync.OnceValue(func() *cast {
	year := 365 * 24 * time.Hour
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	pair := func() KeyPair {
		s := newSigner(newRSA(2048), testNow.Add(-year), testNow.Add(year))
		return KeyPair{Key: s.key.(*rsa.PrivateKey), Certificate: s.cert}
	}
	next := pair()
	return &cast{
		idp:      newSigner(newRSA(2048), testNow.Add(-year), testNow.Add(year)),
		idpNext:  newSigner(newRSA(2048), testNow.Add(-time.Hour), testNow.Add(year)),
		idpOld:   newSigner(newRSA(2048), testNow.Add(-2*year), testNow.Add(-time.Hour)),
		idpEC:    newSigner(ec, testNow.Add(-year), testNow.Add(year)),
		attacker: newSigner(newRSA(2048), testNow.Add(-year), testNow.Add(year)),
		sp:       Keys{Current: pair(), Next: &next},
	}
})

// signature is how an element gets signed. The zero value is what a good identity provider does.
type signature struct {
	by                        *signer
	method, digest, c14n, uri string
	transforms                string // XML; "" is the accepted pair
	prefixes                  string // InclusiveNamespaces of the second transform
	references                int    // 0 is 1
	keyInfo                   string // XML; "" names the signer's certificate
	value                     func(string) string
	tail                      string // put into the Signature behind SignedInfo and SignatureValue
	inInfo                    string // put into SignedInfo
	canonical                 dsig.Canonicalizer
}

// forge makes one response and the circumstances in which it arrives. Tests change what they are about.
type forge struct {
	*cast
	cfg  Config
	flow *Flow
	now  time.Time

	responseID, assertionID           string
	issuer, responseIssuer            string // XML elements
	destination, answers              string // attributes with their values
	responseTime, assertionTime       string
	version, assertionVersion         string
	status, extensions                string // XML
	subject, conditions, statements   string // XML; statements are AuthnStatement and AttributeStatement
	signResponse, signAssertion       bool
	onResponse, onAssertion           signature
	encrypt                           string // block cipher
	encrypter                         *xmlenc.RSA
	encryptFor                        *x509.Certificate
	beforeSigning, beforeEncryption   func(string) string // of the assertion
	plaintext, sealedXML, unsignedXML func(string) string
	final                             func(string) string
	form                              func(url.Values)
	seen                              Replays
}

func at(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func newForge() *forge {
	c := theCast()
	f := &forge{
		cast: c, now: testNow, flow: &Flow{RequestID: "_request1", Begun: testNow.Add(-time.Minute)},
		cfg: Config{
			Metadata:        idpMetadata(c.idp),
			EmailAttribute:  "mail",
			NameAttribute:   "displayName",
			GroupsAttribute: "groups",
		},
		responseID: "_response1", assertionID: "_assertion1",
		issuer: "<saml:Issuer>" + testIDP + "</saml:Issuer>", responseIssuer: "<saml:Issuer>" + testIDP + "</saml:Issuer>",
		destination: `Destination="` + testURLs.ACS + `"`, answers: `InResponseTo="_request1"`,
		responseTime: `IssueInstant="` + at(testNow) + `"`, assertionTime: `IssueInstant="` + at(testNow) + `"`,
		version: `Version="2.0"`, assertionVersion: `Version="2.0"`,
		status:        `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`,
		signAssertion: true,
		seen:          &memory{},
	}
	f.subject = f.subjectWith(nameIDXML("ada", formatPersistent), `InResponseTo="_request1"`, testURLs.ACS, at(testNow.Add(5*time.Minute)))
	f.conditions = f.conditionsWith(at(testNow.Add(-time.Minute)), at(testNow.Add(5*time.Minute)), testURLs.EntityID)
	f.statements = authnXML(at(testNow.Add(-time.Minute)), `SessionIndex="_session1"`) + attributesXML(
		attributeXML("mail", "Ada@acme.test"), attributeXML("displayName", "Ada Lovelace"), attributeXML("groups", "staff", "eng-senior"))
	return f
}

func nameIDXML(id, format string) string {
	return `<saml:NameID Format="` + format + `">` + id + `</saml:NameID>`
}

func (f *forge) subjectWith(nameID, answers, recipient, until string) string {
	return `<saml:Subject>` + nameID + `<saml:SubjectConfirmation Method="` + bearer + `"><saml:SubjectConfirmationData ` + answers +
		` NotOnOrAfter="` + until + `" Recipient="` + recipient + `"/></saml:SubjectConfirmation></saml:Subject>`
}

func (f *forge) conditionsWith(from, until string, audiences ...string) string {
	s := `<saml:Conditions NotBefore="` + from + `" NotOnOrAfter="` + until + `">`
	for _, a := range audiences {
		s += `<saml:AudienceRestriction><saml:Audience>` + a + `</saml:Audience></saml:AudienceRestriction>`
	}
	return s + `</saml:Conditions>`
}

func authnXML(instant, more string) string {
	return `<saml:AuthnStatement AuthnInstant="` + instant + `" ` + more + `><saml:AuthnContext><saml:AuthnContextClassRef>` +
		`urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`
}

func attributesXML(list ...string) string {
	return `<saml:AttributeStatement>` + strings.Join(list, "") + `</saml:AttributeStatement>`
}

func attributeXML(name string, values ...string) string {
	s := `<saml:Attribute Name="` + name + `" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">`
	for _, v := range values {
		s += `<saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">` + v + `</saml:AttributeValue>`
	}
	return s + `</saml:Attribute>`
}

func idpMetadata(signers ...signer) string {
	s := `<md:EntityDescriptor xmlns:md="` + nsMetadata + `" entityID="` + testIDP + `"><md:IDPSSODescriptor protocolSupportEnumeration="` + nsProtocol + `">`
	for _, one := range signers {
		s += `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="` + nsSignature + `"><ds:X509Data><ds:X509Certificate>` +
			base64.StdEncoding.EncodeToString(one.cert.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
	}
	return s + `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.acme.test/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
}

func apply(edit func(string) string, s string) string {
	if edit == nil {
		return s
	}
	return edit(s)
}

// assertionXML is the assertion, signed if the forge says so.
func (f *forge) assertionXML() string {
	s := `<saml:Assertion xmlns:saml="` + nsAssertion + `" ID="` + f.assertionID + `" ` + f.assertionTime + ` ` + f.assertionVersion + `>` +
		f.issuer + f.subject + f.conditions + f.statements + `</saml:Assertion>`
	s = apply(f.beforeSigning, s)
	if f.signAssertion {
		s = f.sign(s, f.assertionID, f.onAssertion)
	}
	return apply(f.beforeEncryption, s)
}

// xml is the whole response.
func (f *forge) xml() string {
	a := f.assertionXML()
	if f.encrypt != "" {
		a = f.encrypted(apply(f.plaintext, a))
	}
	a = apply(f.sealedXML, a)
	s := `<samlp:Response xmlns:samlp="` + nsProtocol + `" xmlns:saml="` + nsAssertion + `" ID="` + f.responseID + `" ` + f.version + ` ` +
		f.responseTime + ` ` + f.destination + ` ` + f.answers + `>` + f.responseIssuer + f.extensions + f.status + a + `</samlp:Response>`
	s = apply(f.unsignedXML, s)
	if f.signResponse {
		s = f.sign(s, f.responseID, f.onResponse)
	}
	return apply(f.final, s)
}

func (f *forge) encrypted(plain string) string {
	oaep := xmlenc.OAEP()
	if f.encrypter != nil {
		oaep = *f.encrypter
	}
	for _, c := range []xmlenc.BlockCipher{xmlenc.AES128CBC, xmlenc.AES256CBC, xmlenc.AES128GCM, xmlenc.AES256GCM, xmlenc.TripleDES} {
		if c.Algorithm() == f.encrypt {
			oaep.BlockCipher = c
		}
	}
	to := f.encryptFor
	if to == nil {
		to = f.sp.Current.Certificate
	}
	el, err := oaep.Encrypt(to, []byte(plain), nil)
	if err != nil {
		panic(err)
	}
	el.CreateAttr("Type", nsEncrypt+"Element")
	return `<saml:EncryptedAssertion>` + serialize(el) + `</saml:EncryptedAssertion>`
}

func serialize(el *etree.Element) string {
	doc := etree.NewDocument()
	doc.SetRoot(el)
	s, err := doc.WriteToString()
	if err != nil {
		panic(err)
	}
	return s
}

var testDigests = map[string]struct {
	new  func() hash.Hash
	hash crypto.Hash
}{
	"sha1": {sha1.New, crypto.SHA1}, "sha256": {sha256.New, crypto.SHA256}, "sha384": {sha512.New384, crypto.SHA384},
	"sha512": {sha512.New, crypto.SHA512}, "md5": {md5.New, crypto.MD5},
}

func ending(uri string) string { return uri[strings.LastIndexAny(uri, "#-/")+1:] }

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// sign puts an enveloped signature behind the Issuer of the element with that id.
func (f *forge) sign(doc, id string, o signature) string {
	by := o.by
	if by == nil {
		by = &f.idp
	}
	o.digest, o.method = or(o.digest, "http://www.w3.org/2001/04/xmlenc#sha256"), or(o.method, rsa256)
	o.c14n = or(o.c14n, dsig.CanonicalXML10ExclusiveAlgorithmId.String())
	var uri string
	switch o.uri {
	case "":
		uri = `URI="#` + id + `"`
	case "none":
	case "empty":
		uri = `URI=""`
	default:
		uri = o.uri
	}
	inclusive := ""
	if o.prefixes != "" {
		inclusive = `<ec:InclusiveNamespaces xmlns:ec="` + nsExclusive + `" PrefixList="` + o.prefixes + `"></ec:InclusiveNamespaces>`
	}
	transforms := or(o.transforms, `<ds:Transform Algorithm="`+dsig.EnvelopedSignatureAltorithmId.String()+`"></ds:Transform><ds:Transform Algorithm="`+
		dsig.CanonicalXML10ExclusiveAlgorithmId.String()+`">`+inclusive+`</ds:Transform>`)
	sum := testDigests[ending(o.digest)].new()
	sum.Write(f.canonical(doc, id, o))
	reference := `<ds:Reference ` + uri + `><ds:Transforms>` + transforms + `</ds:Transforms><ds:DigestMethod Algorithm="` + o.digest +
		`"></ds:DigestMethod><ds:DigestValue>` + base64.StdEncoding.EncodeToString(sum.Sum(nil)) + `</ds:DigestValue></ds:Reference>`
	info := `<ds:SignedInfo xmlns:ds="` + nsSignature + `"><ds:CanonicalizationMethod Algorithm="` + o.c14n + `"></ds:CanonicalizationMethod>` +
		`<ds:SignatureMethod Algorithm="` + o.method + `"></ds:SignatureMethod>` + strings.Repeat(reference, max(o.references, 1)) + o.inInfo + `</ds:SignedInfo>`
	sv := apply(o.value, base64.StdEncoding.EncodeToString(signBytes(by, o.method, []byte(info))))
	keyInfo := o.keyInfo
	if keyInfo == "" {
		keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(by.cert.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
	}
	return insertSignature(doc, id, `<ds:Signature xmlns:ds="`+nsSignature+`">`+info+`<ds:SignatureValue>`+sv+`</ds:SignatureValue>`+keyInfo+o.tail+`</ds:Signature>`)
}

func (f *forge) canonical(doc, id string, o signature) []byte {
	tree := etree.NewDocument()
	if err := tree.ReadFromString(doc); err != nil {
		panic(err)
	}
	el := tree.FindElement("//*[@ID='" + id + "']")
	detached, err := detach(el)
	if err != nil {
		panic(err)
	}
	c := o.canonical
	if c == nil {
		c = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(o.prefixes)
	}
	out, err := c.Canonicalize(detached)
	if err != nil {
		panic(err)
	}
	return out
}

func insertSignature(doc, id, sig string) string {
	start := strings.Index(doc, `ID="`+id+`"`)
	end := start + strings.Index(doc[start:], `</saml:Issuer>`) + len(`</saml:Issuer>`)
	return doc[:end] + sig + doc[end:]
}

func signBytes(by *signer, method string, info []byte) []byte {
	d := testDigests[ending(method)]
	if strings.Contains(method, "hmac") {
		m := hmac.New(d.new, by.cert.Raw)
		m.Write(info)
		return m.Sum(nil)
	}
	h := d.new()
	h.Write(info)
	var sig []byte
	var err error
	switch key := by.key.(type) {
	case *rsa.PrivateKey:
		sig, err = rsa.SignPKCS1v15(rand.Reader, key, d.hash, h.Sum(nil))
	case *ecdsa.PrivateKey:
		var r, s *big.Int
		if r, s, err = ecdsa.Sign(rand.Reader, key, h.Sum(nil)); err == nil {
			sig = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	}
	if err != nil {
		panic(fmt.Sprint(method, err))
	}
	return sig
}

func (f *forge) provider(t testing.TB) *Provider {
	t.Helper()
	p, err := New(f.cfg, f.sp, testURLs, http.DefaultClient, func() time.Time { return f.now }, rand.Reader)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return p
}

func (f *forge) values() url.Values {
	v := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString([]byte(f.xml()))}}
	if f.form != nil {
		f.form(v)
	}
	return v
}

// memory is a Replays in memory.
type memory struct {
	mu    sync.Mutex
	ids   map[string]time.Time
	fails error
}

func (m *memory) Seen(_ context.Context, id string, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return false, m.fails
	}
	if m.ids == nil {
		m.ids = map[string]time.Time{}
	}
	_, was := m.ids[id]
	m.ids[id] = until
	return was, nil
}

func pemOf(s signer) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert.Raw}))
}

package saml

import (
	"strconv"

	"github.com/beevik/etree"

	"ambit/server/identity/idp"
)

// message is a response whose structure is the only one that is accepted, so that a signature can't stand for other content
// than what is read (signature wrapping): at most one signature on the response, one assertion as the response's own child,
// plain or encrypted, at most one signature on it, and nothing of the kind anywhere else.
type message struct {
	response  *etree.Element
	assertion *etree.Element // plain; nil where encrypted or none
	encrypted *etree.Element // saml:EncryptedAssertion; nil where plain or none
}

// readMessage checks the structure of a response. How many assertions a response needs depends on its status: see
// requireAssertion.
func readMessage(root *etree.Element) (*message, error) {
	if !is(root, nsProtocol, "Response") {
		return nil, structure("the root element is not a SAML 2.0 Response")
	}
	if err := places(root); err != nil {
		return nil, err
	}
	err := shape(root,
		part{nsAssertion, "Issuer", 0, 1}, part{nsSignature, "Signature", 0, 1}, part{nsProtocol, "Extensions", 0, 1},
		part{nsProtocol, "Status", 1, 1}, part{nsAssertion, "Assertion", 0, 1}, part{nsAssertion, "EncryptedAssertion", 0, 1})
	if err != nil {
		return nil, err
	}
	m := &message{response: root, assertion: child(root, nsAssertion, "Assertion"), encrypted: child(root, nsAssertion, "EncryptedAssertion")}
	if m.assertion != nil {
		if err := assertionShape(m.assertion); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// places refuses assertions, responses and signatures in places where they don't belong, whatever their namespace: a reader
// that looks for local names only must find the same ones.
func places(root *etree.Element) error {
	assertions := 0
	var walk func(el *etree.Element, parent *etree.Element) error
	walk = func(el, parent *etree.Element) error {
		switch el.Tag {
		case "Assertion", "EncryptedAssertion":
			assertions++
			if parent != nil && parent != root || el.NamespaceURI() != nsAssertion {
				return assertionCount("an assertion stands where none belongs")
			}
		case "Response":
			if parent != nil {
				return structure("a response inside of the response")
			}
		case "Signature":
			signable := parent == root || parent != nil && is(parent, nsAssertion, "Assertion") && parent.Parent() == root
			if !signable || el.NamespaceURI() != nsSignature {
				return structure("a signature where none belongs")
			}
		}
		for _, c := range el.ChildElements() {
			if err := walk(c, el); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(root, nil); err != nil {
		return err
	}
	if assertions > 1 {
		return assertionCount("it has " + strconv.Itoa(assertions) + " assertions")
	}
	return nil
}

func assertionCount(what string) *idp.Refusal {
	return idp.Refuse(reasonAssertions, "A response must hold exactly one assertion, as its own child: "+what+".",
		"Let the identity provider send one assertion; if it does, somebody may have changed the response on its way.")
}

func (m *message) requireAssertion() error {
	if m.assertion == nil && m.encrypted == nil {
		return assertionCount("it has none")
	}
	return nil
}

// assertionShape checks an assertion's own children. Their order is left to the provider: nothing depends on it.
func assertionShape(a *etree.Element) error {
	err := shape(a,
		part{nsAssertion, "Issuer", 1, 1}, part{nsSignature, "Signature", 0, 1}, part{nsAssertion, "Subject", 1, 1},
		part{nsAssertion, "Conditions", 1, 1}, part{nsAssertion, "Advice", 0, 1}, part{nsAssertion, "AuthnStatement", 0, -1},
		part{nsAssertion, "AttributeStatement", 0, -1}, part{nsAssertion, "AuthzDecisionStatement", 0, -1})
	if err != nil {
		return err
	}
	return shape(child(a, nsAssertion, "Subject"),
		part{nsAssertion, "NameID", 0, 1}, part{nsAssertion, "EncryptedID", 0, 1}, part{nsAssertion, "BaseID", 0, 1},
		part{nsAssertion, "SubjectConfirmation", 0, -1})
}

package saml

import "strings"

// wrappingAttacks move what is signed to where a verifier finds it, and put other content where a reader looks. XSW1 to
// XSW8 are those of Somorovsky et al., “On Breaking SAML: Be Whoever You Want to Be”, 2012.
func wrappingAttacks() []attack {
	signed := func(f *forge) { f.signResponse, f.signAssertion = true, false }
	onAssertion := func(edit func(f *forge, before, assertion, after string) string) func(f *forge) {
		return func(f *forge) {
			f.final = func(s string) string {
				before, a, after := cutAssertion(s)
				return edit(f, before, a, after)
			}
		}
	}
	evilResponse := func(f *forge, s string) string {
		before, _, after := cutAssertion(s)
		before = strings.Replace(before, `ID="_response1"`, `ID="_evilresponse"`, 1)
		return before + f.evil() + after
	}
	return []attack{
		{"XSW1 signed response inside the signature of a forged one", reasonStructure, func(f *forge) {
			signed(f)
			f.final = func(s string) string {
				plain, sig := cutSignature(s)
				forged := evilResponse(f, plain)
				return insertSignature(forged, "_evilresponse", strings.Replace(sig, "</ds:Signature>", plain+"</ds:Signature>", 1))
			}
		}},
		{"XSW2 signed response before the detached signature", reasonStructure, func(f *forge) {
			signed(f)
			f.final = func(s string) string {
				plain, sig := cutSignature(s)
				return insertSignature(evilResponse(f, plain), "_evilresponse", plain+sig)
			}
		}},
		{"XSW3 forged assertion before the signed one", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string { return b + f.evil() + a + z })},
		{"XSW4 signed assertion inside the forged one", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string {
			return b + strings.Replace(f.evil(), "</saml:Assertion>", a+"</saml:Assertion>", 1) + z
		})},
		{"XSW5 signature in the forged assertion, signed one behind", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string {
			plain, sig := cutSignature(a)
			return b + insertSignature(f.evil(), "_evil", sig) + plain + z
		})},
		{"XSW6 signed assertion inside the signature in the forged one", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string {
			plain, sig := cutSignature(a)
			return b + insertSignature(f.evil(), "_evil", strings.Replace(sig, "</ds:Signature>", plain+"</ds:Signature>", 1)) + z
		})},
		{"XSW7 forged assertion in extensions", reasonAssertions, func(f *forge) {
			f.extensions = "<samlp:Extensions>" + f.evil() + "</samlp:Extensions>"
		}},
		{"XSW8 signed assertion in an object of the forged one's signature", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string {
			plain, sig := cutSignature(a)
			return b + insertSignature(f.evil(), "_evil", strings.Replace(sig, "</ds:Signature>", "<ds:Object>"+plain+"</ds:Object></ds:Signature>", 1)) + z
		})},
		{"signed assertion in advice of the forged one", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string {
			return b + strings.Replace(f.evil(), "</saml:Conditions>", "</saml:Conditions><saml:Advice>"+a+"</saml:Advice>", 1) + z
		})},
		{"signed assertion in an attribute value of the forged one", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string {
			return b + strings.Replace(f.evil(), ">Ada Lovelace<", ">"+a+"<", 1) + z
		})},
		{"signed assertion in status detail", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string {
			return strings.Replace(b, "</samlp:Status>", "<samlp:StatusDetail>"+a+"</samlp:StatusDetail></samlp:Status>", 1) + f.evil() + z
		})},
		{"signed assertion in key info", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string {
			plain, sig := cutSignature(a)
			return b + insertSignature(f.evil(), "_evil", strings.Replace(sig, "</ds:KeyInfo>", plain+"</ds:KeyInfo>", 1)) + z
		})},
		{"forged assertion behind the signed one", reasonAssertions, onAssertion(func(f *forge, b, a, z string) string { return b + a + f.evil() + z })},
		{"forged assertion with the id of the signed one", reasonStructure, onAssertion(func(f *forge, b, a, z string) string {
			return b + strings.Replace(f.evil(), `"_evil"`, `"_assertion1"`, 1) + a + z
		})},
		{"forged assertion with the signature of the signed one", reasonSignatureShape, onAssertion(func(f *forge, b, a, z string) string {
			_, sig := cutSignature(a)
			return b + insertSignature(f.evil(), "_evil", sig) + z
		})},
		{"forged assertion with id and signature of the signed one", reasonSignature, onAssertion(func(f *forge, b, a, z string) string {
			_, sig := cutSignature(a)
			evil := strings.Replace(f.evil(), `"_evil"`, `"_assertion1"`, 1)
			return b + insertSignature(evil, "_assertion1", sig) + z
		})},
		{"signature of the assertion on the response", reasonSignatureShape, onAssertion(func(f *forge, b, a, z string) string {
			plain, sig := cutSignature(a)
			return insertSignature(b, "_response1", sig) + plain + z
		})},
		{"signature of the response in the assertion", reasonSignatureShape, func(f *forge) {
			signed(f)
			f.final = func(s string) string {
				plain, sig := cutSignature(s)
				return insertSignature(plain, "_assertion1", sig)
			}
		}},
		{"two signatures on the assertion", reasonStructure, onAssertion(func(_ *forge, b, a, z string) string {
			_, sig := cutSignature(a)
			return b + insertSignature(a, "_assertion1", sig) + z
		})},
		{"two signatures on the response", reasonStructure, func(f *forge) {
			signed(f)
			f.final = func(s string) string {
				_, sig := cutSignature(s)
				return insertSignature(s, "_response1", sig)
			}
		}},
		{"signature in the subject", reasonStructure, onAssertion(func(_ *forge, b, a, z string) string {
			plain, sig := cutSignature(a)
			return b + strings.Replace(plain, "</saml:NameID>", "</saml:NameID>"+sig, 1) + z
		})},
		{"response inside of a response", reasonStructure, func(f *forge) {
			f.final = func(s string) string {
				inner := strings.Replace(s, `ID="_response1"`, `ID="_inner"`, 1)
				return strings.Replace(evilResponse(f, s), "<samlp:Status>", "<samlp:Extensions>"+inner+"</samlp:Extensions><samlp:Status>", 1)
			}
		}},
		{"whole response in a SOAP envelope", reasonStructure, func(f *forge) {
			f.final = func(s string) string {
				return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` + s + `</s:Body></s:Envelope>`
			}
		}},
		{"assertion posted without a response", reasonStructure, func(f *forge) {
			f.final = func(s string) string { _, a, _ := cutAssertion(s); return a }
		}},
		{"logout response instead of a response", reasonStructure, func(f *forge) {
			f.final = func(s string) string { return strings.ReplaceAll(s, "samlp:Response", "samlp:LogoutResponse") }
		}},
		{"signed assertion of SAML 1.1 beside the forged one", reasonStructure, onAssertion(func(f *forge, b, a, z string) string {
			return b + f.evil() + strings.ReplaceAll(a, "<saml:Assertion xmlns:saml=\""+nsAssertion+"\"", "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\"") + z
		})},
	}
}

// assertionAttacks are about the number of assertions and signatures.
func assertionAttacks() []attack {
	return []attack{
		{"nothing signed", reasonUnsigned, func(f *forge) { f.signAssertion = false }},
		{"no assertion", reasonAssertions, func(f *forge) {
			f.final = func(s string) string { b, _, z := cutAssertion(s); return b + z }
		}},
		{"no assertion in a signed response", reasonAssertions, func(f *forge) {
			f.signResponse = true
			f.unsignedXML = func(s string) string { b, _, z := cutAssertion(s); return b + z }
		}},
		{"two signed assertions in a signed response", reasonAssertions, func(f *forge) {
			f.signResponse = true
			g := newForge()
			g.assertionID = "_assertion2"
			f.unsignedXML = replacing("</samlp:Response>", g.assertionXML()+"</samlp:Response>")
		}},
		{"twenty assertions", reasonAssertions, func(f *forge) {
			f.signResponse = true
			f.unsignedXML = func(s string) string {
				b, a, z := cutAssertion(s)
				for i := range 19 {
					b += strings.Replace(f.evil(), "_evil", "_evil"+string(rune('a'+i)), 1)
				}
				return b + a + z
			}
		}},
		{"signed response, signature of its assertion broken", reasonSignature, func(f *forge) {
			f.signResponse = true
			f.beforeEncryption = replacing(">ada<", ">mallory<")
		}},
		{"signed assertion, signature of the response broken", reasonSignature, func(f *forge) {
			f.signResponse = true
			f.final = replacing(`Version="2.0"`, `Consent="urn:x" Version="2.0"`)
		}},
		{"signed assertion, response signed by an attacker", reasonSignature, func(f *forge) { f.signResponse, f.onResponse.by = true, &f.attacker }},
		{"signed response, assertion signed by an attacker", reasonSignature, func(f *forge) { f.signResponse, f.onAssertion.by = true, &f.attacker }},
		{"plain and encrypted assertion", reasonAssertions, func(f *forge) {
			f.encrypt = aes128gcm
			f.final = replacing("</samlp:Response>", f.evil()+"</samlp:Response>")
		}},
		{"assertion of a foreign namespace", reasonStructure, func(f *forge) {
			f.final = func(s string) string {
				return strings.Replace(s, "</samlp:Response>", `<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"/></samlp:Response>`, 1)
			}
		}},
		{"assertion without issuer", reasonStructure, func(f *forge) { f.signAssertion, f.issuer, f.signResponse = false, "", true }},
		{"assertion with two subjects", reasonStructure, func(f *forge) { f.subject += f.subject }},
		{"assertion without a subject", reasonStructure, func(f *forge) { f.subject = "" }},
		{"assertion without conditions", reasonStructure, func(f *forge) { f.conditions = "" }},
		{"assertion with two conditions", reasonStructure, func(f *forge) { f.conditions += f.conditions }},
		{"assertion without authentication", reasonAuthentication, func(f *forge) { f.statements = attributesXML() }},
		{"assertion with two authentications", reasonAuthentication, func(f *forge) { f.statements += authnXML(at(testNow), "") }},
		{"unknown statement", reasonStructure, func(f *forge) { f.statements += "<saml:Statement/>" }},
		{"text between elements", reasonStructure, func(f *forge) { f.subject += "mallory" }},
	}
}

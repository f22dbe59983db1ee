package saml

import (
	"strings"
	"time"
)

// addresseeAttacks are honest responses to somebody else.
func addresseeAttacks() []attack {
	other := "https://ambit.acme.test/sso/entra/saml/acs"
	resubject := func(f *forge, answers, recipient string) {
		f.subject = f.subjectWith(nameIDXML("ada", formatPersistent), answers, recipient, at(testNow.Add(time.Minute)))
	}
	confirm := func(name, reason, from, to string) attack {
		return attack{name, reason, func(f *forge) { f.subject = replacing(from, to)(f.subject) }}
	}
	audience := func(name string, list ...string) attack {
		return attack{name, reasonAudience, func(f *forge) {
			f.conditions = f.conditionsWith(at(testNow), at(testNow.Add(time.Minute)), list...)
		}}
	}
	return []attack{
		{"destination of another connection", reasonDestination, func(f *forge) { f.destination = `Destination="` + other + `"` }},
		{"destination missing", reasonDestination, func(f *forge) { f.destination = "" }},
		{"destination empty", reasonDestination, func(f *forge) { f.destination = `Destination=""` }},
		{"destination with a query", reasonDestination, func(f *forge) { f.destination = `Destination="` + testURLs.ACS + `?x=1"` }},
		{"destination in upper case", reasonDestination, func(f *forge) { f.destination = `Destination="` + strings.ToUpper(testURLs.ACS) + `"` }},
		{"destination that begins with ours", reasonDestination, func(f *forge) { f.destination = `Destination="` + testURLs.ACS + `.attacker.test"` }},
		{"recipient of another connection", reasonRecipient, func(f *forge) { resubject(f, f.answers, other) }},
		{"recipient empty", reasonRecipient, func(f *forge) { resubject(f, f.answers, "") }},
		confirm("recipient missing", reasonRecipient, ` Recipient="`+testURLs.ACS+`"`, ``),
		audience("audience of another connection", "https://ambit.acme.test/sso/entra/saml/metadata"),
		audience("audience missing"),
		audience("audience empty", ""),
		audience("audience in upper case", strings.ToUpper(testURLs.EntityID)),
		audience("audience that begins with ours", testURLs.EntityID+"/x"),
		audience("audience that ours begins with", strings.TrimSuffix(testURLs.EntityID, "/metadata")),
		audience("audience with white space", " "+testURLs.EntityID),
		audience("two restrictions of which one is not ours", testURLs.EntityID, "https://other.test"),
		{"restriction without an audience", reasonStructure, func(f *forge) {
			f.conditions = strings.Replace(f.conditions, "<saml:Audience>"+testURLs.EntityID+"</saml:Audience>", "", 1)
		}},
		{"audience with elements in it", reasonStructure, func(f *forge) {
			f.conditions = strings.Replace(f.conditions, testURLs.EntityID, testURLs.EntityID+"<saml:NameID/>", 1)
		}},
		{"issuer of the assertion is another", reasonIssuer, func(f *forge) { f.issuer = "<saml:Issuer>https://other.test</saml:Issuer>" }},
		{"issuer of the response is another", reasonIssuer, func(f *forge) { f.responseIssuer = "<saml:Issuer>https://other.test</saml:Issuer>" }},
		{"issuer of the response missing", reasonIssuer, func(f *forge) { f.responseIssuer = "" }},
		{"issuer empty", reasonIssuer, func(f *forge) { f.issuer = "<saml:Issuer></saml:Issuer>" }},
		{"issuer with white space", reasonIssuer, func(f *forge) { f.issuer = "<saml:Issuer> " + testIDP + "</saml:Issuer>" }},
		{"issuer of another format", reasonIssuer, func(f *forge) { f.issuer = `<saml:Issuer Format="` + formatEmail + `">` + testIDP + "</saml:Issuer>" }},
		{"issuer with an element in it", reasonStructure, func(f *forge) { f.responseIssuer = "<saml:Issuer>" + testIDP + "<saml:NameID/></saml:Issuer>" }},
		{"answers another request", reasonInResponseTo, func(f *forge) { f.answers = `InResponseTo="_request2"` }},
		{"answers nothing", reasonInResponseTo, func(f *forge) { f.answers = "" }},
		{"answers the empty request", reasonInResponseTo, func(f *forge) { f.answers = `InResponseTo=""` }},
		{"assertion for another request in a fresh response", reasonInResponseTo, func(f *forge) { resubject(f, `InResponseTo="_request2"`, testURLs.ACS) }},
		{"assertion for no request in a fresh response", reasonInResponseTo, func(f *forge) { resubject(f, "", testURLs.ACS) }},
		{"nobody asked", reasonUnsolicited, func(f *forge) { f.flow = nil }},
		{"unsolicited where allowed, but it answers a request", reasonInResponseTo, func(f *forge) { f.flow, f.cfg.AllowIDPInitiated = nil, true }},
		{"unsolicited where allowed, its assertion answers a request", reasonInResponseTo, func(f *forge) {
			f.flow, f.cfg.AllowIDPInitiated, f.answers = nil, true, ""
		}},
		{"unsolicited into a flow where allowed", reasonInResponseTo, func(f *forge) {
			f.cfg.AllowIDPInitiated, f.answers = true, ""
			resubject(f, "", testURLs.ACS)
		}},
		confirm("holder of key", reasonConfirmation, bearer, "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
		confirm("sender vouches", reasonConfirmation, bearer, "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
		confirm("method missing", reasonConfirmation, `Method="`+bearer+`"`, ""),
		{"no confirmation", reasonConfirmation, func(f *forge) { f.subject = "<saml:Subject>" + nameIDXML("ada", formatPersistent) + "</saml:Subject>" }},
		{"two confirmations", reasonConfirmation, func(f *forge) {
			_, c, _ := between(f.subject, "<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>")
			f.subject = strings.Replace(f.subject, "</saml:Subject>", strings.Replace(c, testURLs.ACS, other, 1)+"</saml:Subject>", 1)
		}},
		confirm("confirmation of another person", reasonConfirmation, "<saml:SubjectConfirmationData", nameIDXML("mallory", formatPersistent)+"<saml:SubjectConfirmationData"),
		{"confirmation without data", reasonConfirmation, func(f *forge) {
			f.subject = `<saml:Subject>` + nameIDXML("ada", formatPersistent) + `<saml:SubjectConfirmation Method="` + bearer + `"/></saml:Subject>`
		}},
		confirm("confirmation data with content", reasonConfirmation, `"`+testURLs.ACS+`"/>`, `"`+testURLs.ACS+`"><ds:KeyInfo xmlns:ds="`+nsSignature+`"/></saml:SubjectConfirmationData>`),
	}
}

// timeAttacks are honest responses at another time.
func timeAttacks() []attack {
	window := func(name, reason string, from, until time.Duration) attack {
		return attack{name, reason, func(f *forge) {
			f.conditions = f.conditionsWith(at(testNow.Add(from)), at(testNow.Add(until)), testURLs.EntityID)
		}}
	}
	conditions := func(name, from, to string) attack {
		return attack{name, reasonTime, func(f *forge) { f.conditions = replacing(from, to)(f.conditions) }}
	}
	confirmation := func(name, reason, until string) attack {
		return attack{name, reason, func(f *forge) {
			f.subject = f.subjectWith(nameIDXML("ada", formatPersistent), f.answers, testURLs.ACS, until)
		}}
	}
	issued := func(name, reason string, change func(f *forge)) attack { return attack{name, reason, change} }
	return []attack{
		window("conditions expired", reasonExpired, -time.Hour, -time.Minute),
		window("conditions not valid yet", reasonNotYet, 61*time.Second, time.Hour),
		window("conditions that end before they begin", reasonTime, 30*time.Second, 20*time.Second),
		conditions("conditions without end", ` NotOnOrAfter="`+at(testNow.Add(5*time.Minute))+`"`, ""),
		conditions("conditions without begin", `NotBefore="`+at(testNow.Add(-time.Minute))+`"`, ""),
		conditions("conditions with an end that is no time", at(testNow.Add(5*time.Minute)), "tomorrow"),
		conditions("conditions with an end in the year 1", at(testNow.Add(5*time.Minute)), "0001-01-01T00:00:00Z"),
		conditions("conditions with an end in the year 9999", at(testNow.Add(5*time.Minute)), "9999-12-31T23:59:59Z"),
		conditions("conditions with a time without zone", at(testNow.Add(5*time.Minute)), "2026-11-22T09:00:00"),
		confirmation("confirmation expired", reasonExpired, at(testNow.Add(-time.Minute))),
		confirmation("confirmation with an empty end", reasonTime, ""),
		{"confirmation without end", reasonTime, func(f *forge) {
			f.subject = replacing(` NotOnOrAfter="`+at(testNow.Add(5*time.Minute))+`"`, "")(f.subject)
		}},
		{"confirmation not valid yet", reasonNotYet, func(f *forge) {
			f.subject = replacing(` NotOnOrAfter=`, ` NotBefore="`+at(testNow.Add(2*time.Minute))+`" NotOnOrAfter=`)(f.subject)
		}},
		issued("response issued long ago", reasonExpired, func(f *forge) { f.responseTime = `IssueInstant="` + at(testNow.Add(-7*time.Minute)) + `"` }),
		issued("assertion issued long ago", reasonExpired, func(f *forge) { f.assertionTime = `IssueInstant="` + at(testNow.Add(-7*time.Minute)) + `"` }),
		issued("response issued in the future", reasonNotYet, func(f *forge) { f.responseTime = `IssueInstant="` + at(testNow.Add(2*time.Minute)) + `"` }),
		issued("assertion issued in the future", reasonNotYet, func(f *forge) { f.assertionTime = `IssueInstant="` + at(testNow.Add(2*time.Minute)) + `"` }),
		issued("response without time", reasonTime, func(f *forge) { f.responseTime = "" }),
		issued("assertion without time", reasonTime, func(f *forge) { f.assertionTime = "" }),
		issued("response with a time that is none", reasonTime, func(f *forge) { f.responseTime = `IssueInstant="now"` }),
		issued("captured and posted next day", reasonExpired, func(f *forge) {
			f.now = testNow.Add(24 * time.Hour)
			f.flow.Begun = f.now
		}),
		issued("flow begun yesterday", reasonFlow, func(f *forge) { f.flow.Begun = testNow.Add(-24 * time.Hour) }),
		issued("flow without a request", reasonFlow, func(f *forge) { f.flow.RequestID = "" }),
		issued("session at the provider is over", reasonExpired, func(f *forge) {
			f.statements = replacing(`SessionIndex=`, `SessionNotOnOrAfter="`+at(testNow.Add(-time.Minute))+`" SessionIndex=`)(f.statements)
		}),
		issued("authentication in the future", reasonNotYet, func(f *forge) {
			f.statements = replacing(at(testNow.Add(-time.Minute)), at(testNow.Add(time.Hour)))(f.statements)
		}),
		issued("authentication without time", reasonTime, func(f *forge) {
			f.statements = replacing(`AuthnInstant="`+at(testNow.Add(-time.Minute))+`"`, "")(f.statements)
		}),
		issued("authentication before a request for a fresh one", reasonAge, func(f *forge) {
			f.flow.Fresh = true
			f.statements = replacing(at(testNow.Add(-time.Minute)), at(testNow.Add(-3*time.Minute)))(f.statements)
		}),
		issued("authentication too old", reasonAge, func(f *forge) {
			f.cfg.MaxAuthenticationAgeSeconds = 3600
			f.statements = replacing(at(testNow.Add(-time.Minute)), at(testNow.Add(-2*time.Hour)))(f.statements)
		}),
	}
}

// statusAttacks are failures, some of which bring an assertion along.
func statusAttacks() []attack {
	status := func(name, reason, xml string) attack {
		return attack{name, reason, func(f *forge) { f.status = "<samlp:Status>" + xml + "</samlp:Status>" }}
	}
	code := func(value, inner string) string {
		return `<samlp:StatusCode Value="` + value + `">` + inner + `</samlp:StatusCode>`
	}
	success := statusPrefix + "Success"
	list := []attack{
		status("status requester", reasonStatus, code(statusPrefix+"Requester", "")),
		status("status responder with a second code", reasonStatus, code(statusPrefix+"Responder", code(statusPrefix+"AuthnFailed", ""))),
		status("status denied with a message", reasonStatus, code(statusPrefix+"Responder", code(statusPrefix+"RequestDenied", ""))+"<samlp:StatusMessage>mallory &amp; co</samlp:StatusMessage>"),
		status("status that nobody knows", reasonStatus, code("urn:acme:fine", "")),
		status("status success in upper case", reasonStatus, code(strings.ToUpper(success), "")),
		status("status success with white space", reasonStatus, code(" "+success, "")),
		status("status success of a failure", reasonStatus, code(statusPrefix+"Responder", code(success, ""))),
		status("status success with a failure inside", reasonStatus, code(success, code(statusPrefix+"AuthnFailed", ""))),
		status("status without a value", reasonStatus, `<samlp:StatusCode/>`),
		status("status without a code", reasonStructure, ""),
		status("two status codes", reasonStructure, code(success, "")+code(success, "")),
		{"no status", reasonStructure, func(f *forge) { f.status = "" }},
		{"two status", reasonStructure, func(f *forge) { f.status += f.status }},
		{"failure without an assertion", reasonStatus, func(f *forge) {
			f.status = "<samlp:Status>" + code(statusPrefix+"Responder", "") + "</samlp:Status>"
			f.final = func(s string) string { b, _, z := cutAssertion(s); return b + z }
		}},
		{"version 1.1 of the response", reasonVersion, func(f *forge) { f.version = `Version="1.1"` }},
		{"version missing", reasonVersion, func(f *forge) { f.version = "" }},
		{"version 1.1 of the assertion", reasonVersion, func(f *forge) { f.assertionVersion = `Version="1.1"` }},
		{"version 2.1 of the assertion", reasonVersion, func(f *forge) { f.assertionVersion = `Version="2.1"` }},
		{"unknown condition", reasonConditions, func(f *forge) {
			f.conditions = strings.Replace(f.conditions, "</saml:Conditions>", "<saml:Condition/></saml:Conditions>", 1)
		}},
		{"condition of another type", reasonStructure, func(f *forge) {
			f.conditions = strings.Replace(f.conditions, "<saml:AudienceRestriction>", `<saml:AudienceRestriction xmlns:xsi="`+nsXSI+`" xsi:type="saml:OneTimeUse">`, 1)
		}},
	}
	return list
}

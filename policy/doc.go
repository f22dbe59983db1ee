// Package policy holds the policy document: parse, compile, decide, explain, diff, test. It is pure: no database, network,
// clock or global state. The same document and request give the same decision, on a server or offline.
package policy

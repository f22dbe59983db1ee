package saml

import (
	"strings"
	"testing"
)

// BenchmarkFinish measures what one posted response costs: good ones, and the dearest that a stranger can send.
func BenchmarkFinish(b *testing.B) {
	costly := func(f *forge) { // every element and namespace that the guard lets pass, and a signature that doesn't hold
		f.beforeEncryption = replacing(">Ada Lovelace<", ">"+pile(4, 8)+strings.Repeat("<a xmlns='urn:a'/>", 4900)+"<")
	}
	for _, c := range []struct {
		name   string
		change func(f *forge)
		good   bool
	}{
		{"signed assertion", func(*forge) {}, true},
		{"both signed", func(f *forge) { f.signResponse = true }, true},
		{"encrypted", func(f *forge) { f.encrypt = aes128gcm }, true},
		{"by a stranger", func(f *forge) { f.onAssertion.by = &f.attacker }, false},
		{"changed and as large as can be", costly, false},
		{"encrypted for somebody else", func(f *forge) { f.encrypt, f.encryptFor = aes128gcm, f.attacker.cert }, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := newForge()
			c.change(f)
			p, form := f.provider(b), f.values()
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := p.Finish(b.Context(), f.flow, form, &memory{}); (err == nil) != c.good {
					b.Fatal(err)
				}
			}
		})
	}
}

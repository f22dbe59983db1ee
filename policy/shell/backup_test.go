package shell

import "testing"

// TestRenamed checks that files are found whose names a tool makes from those on the line.
func TestRenamed(t *testing.T) {
	for _, c := range []struct{ command, file string }{
		{"install -b -S nv x .e", "/r/.env"},
		{"ln -s -b -S D x sub/HEA", "/r/sub/HEAD"},
		{"cp -b -S D HEA sub", "/r/sub/HEAD"},
		{"cp -rb -S D sub/HEA x", "/r/x/HEAD"},
		{"mv -S D -t sub a/HEA", "/r/sub/HEAD"},
		{"sed -i'HE*' s/a/b/ sub/AD", "/r/sub/HEAD"},
		{"sed -iD s/a/b/ sub/HE[A]", "/r/sub/HEAD"},
		{"find sub -name HEA -exec sed -iD s/a/b/ {} +", "/r/sub/x/HEAD"},
		{"gunzip .env.gz", "/r/.env"},
		{"gzip -d -S nvz .envnvz", "/r/.env"},
		{"gzip -S nv .e", "/r/.env"},
		{"split -l1 x .e", "/r/.env"},
	} {
		touched := false
		for _, f := range Analyse(Input{Source: c.command, Cwd: "/r", Root: "/r"}).Files {
			touched = touched || f.Write && f.MayTouch(c.file)
		}
		if !touched {
			t.Errorf("%s: no write of %s was found", c.command, c.file)
		}
	}
}

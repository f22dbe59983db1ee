package policy

import "fmt"

// exampleResource is where a layer's examples run.
var exampleResource = Resource{
	Repository: "example.test/repository", Root: "/home/example/src/repository", Cwd: "/home/example/src/repository",
	Home: "/home/example", Tmp: "/tmp/example", Platform: "linux", CaseSensitive: true,
}

// examples runs the command lines that layers give as examples, by the layer's own shell and files rules alone.
func (c *compiler) examples(p *Policy) {
	for i := range c.doc.Layers {
		s := c.doc.Layers[i].Shell
		if s == nil || s.Examples == nil {
			continue
		}
		path := keyPath(indexPath("layers", i), "shell.examples")
		for j, line := range s.Examples.Allow {
			if f := p.example(i, line); f != nil {
				c.err(indexPath(keyPath(path, "allow"), j), "a line that the layer allows: "+f.Hint, "this example is refused: %s", f.Message)
			}
		}
		for j, line := range s.Examples.Deny {
			if f := p.example(i, line); f == nil {
				c.err(indexPath(keyPath(path, "deny"), j), "a line that the layer refuses", "this example is allowed")
			}
		}
	}
}

// example gives the first thing that one layer, or the shell analysis itself, has against a line.
func (p *Policy) example(i int, line string) *Finding {
	only := &Policy{doc: p.doc, models: p.models, tiers: p.tiers, layers: p.layers[i : i+1]}
	e := eval{p: only, r: &Request{Action: Action{Name: ActionShellExec, Command: line}, Resource: exampleResource}}
	e.setPlaces()
	e.findTargets()
	e.verdict = &LayerVerdict{}
	e.generalShell()
	e.generalFiles()
	e.judgeShell(&only.layers[0])
	e.judgeFiles(&only.layers[0])
	if len(e.findings) == 0 {
		return nil
	}
	f := e.findings[0].Finding
	if f.Hint == "" {
		f.Hint = fmt.Sprintf("see rule %q", f.Rule)
	}
	return &f
}

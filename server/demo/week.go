package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ambit/audit"
	"ambit/policy"
)

// workday is eight o'clock in the morning, so many days ago.
func (s *story) workday(daysAgo int) time.Time {
	y, m, d := s.now.AddDate(0, 0, -daysAgo).Date()
	return time.Date(y, m, d, 8, 0, 0, 0, s.now.Location())
}

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// startTimes are when sessions begin, in minutes after eight: busy from nine to twelve and from half past one to five.
var startTimes = []int{20, 45, 65, 80, 95, 120, 150, 180, 210, 330, 345, 370, 400, 430, 470, 500, 540, 600}

// week lets everybody work: a few sessions a day, hardly any on a weekend.
func (s *story) week() {
	for day := 7; day >= 0; day-- {
		morning := s.workday(day)
		for _, w := range workplaces() {
			sessions := 2 + s.rand.IntN(2)
			if weekend(morning) {
				sessions = s.rand.IntN(8) / 7 // one in eight
			}
			for _, i := range s.rand.Perm(len(startTimes))[:sessions] {
				at := morning.Add(time.Duration(startTimes[i])*time.Minute + time.Duration(s.rand.IntN(900))*time.Second)
				repo := w.repos[s.rand.IntN(len(w.repos))]
				all := tasksOf(repo)
				tasks := make([]task, 0, 3)
				for _, j := range s.rand.Perm(len(all))[:2+s.rand.IntN(2)] {
					tasks = append(tasks, all[j])
				}
				s.session(w, repo, at, tasks, true)
			}
		}
	}
}

// pending is what is going on when the visitor arrives: a change to payments waits for approval.
func (s *story) pending() {
	w := workplaces()[0]
	s.session(w, "payments", s.now.Add(-14*time.Minute), []task{held}, false)
	s.session(workplaces()[3], "web", s.now.Add(-9*time.Minute), webTasks()[1:2], false)
}

// run is one session of an agent.
type run struct {
	*story
	w          workplace
	repository string
	root, home string
	sessionID  string
}

func (s *story) session(w workplace, repo string, at time.Time, tasks []task, ends bool) {
	home := "/home/" + w.login
	if w.mac {
		home = "/Users/" + w.login
	}
	r := &run{story: s, w: w, repository: "github.com/acme/" + repo, home: home, root: home + "/src/" + repo, sessionID: s.id()}
	r.lifecycle(at, "session.start", map[string]any{"source": "startup", "model": w.model})
	at = at.Add(2 * time.Second)
	for _, t := range tasks {
		at = r.task(at.Add(s.seconds(5, 240)), t)
	}
	if ends {
		r.lifecycle(at.Add(s.seconds(20, 600)), "session.end", map[string]any{"source": "exit"})
	}
}

// task is one prompt and the agent's steps; it gives the time at which they end.
func (r *run) task(at time.Time, t task) time.Time {
	promptID := r.id()
	r.do(at, step{action: policy.ActionPromptSubmit, props: map[string]any{"prompt": t.prompt}}, promptID, "")
	for _, st := range t.steps {
		at = at.Add(r.seconds(3, 40))
		r.do(at, st, promptID, t.prompt)
	}
	return at
}

// do asks for one decision, and reports the result of what was allowed.
func (r *run) do(at time.Time, st step, promptID, prompt string) {
	toolUse, took := "toolu_01"+r.id()[:22], r.seconds(1, 9)
	if st.action == policy.ActionPromptSubmit {
		toolUse = ""
	}
	body := r.request(st, toolUse, promptID, prompt)
	bytes := 40 + r.rand.IntN(9000)
	r.at(at, func(ctx context.Context) error {
		if at.After(r.now) {
			return nil // the day is not over yet
		}
		d, id, _, err := r.decide.Evaluate(ctx, r.callers[r.w.email], body)
		if err != nil || !d.Permits() || toolUse == "" {
			return err
		}
		e := r.report(st.action, audit.PhaseResult)
		e.Correlation = &audit.Correlation{ToolUseID: toolUse, PromptID: promptID, Decision: id}
		e.Outcome = fmt.Appendf(nil, `{"exit":%d,"bytes":%d,"ms":%d}`, st.exit, bytes, took.Milliseconds())
		return r.ledger.Append(ctx, e)
	})
}

// request is the body of POST /access/v1/evaluation.
func (r *run) request(st step, toolUse, promptID, prompt string) []byte {
	props := map[string]any{}
	for k, v := range st.props {
		props[k] = v
	}
	if st.file != "" {
		path := st.file
		if rest, ok := strings.CutPrefix(path, "~"); ok {
			path = r.home + rest
		} else if !strings.HasPrefix(path, "/") {
			path = r.root + "/" + path
		}
		props["path"], props["resolved"] = path, path
		if diff, ok := props["diff"].(string); ok {
			sum := sha256.Sum256([]byte(diff))
			props["content_sha256"] = hex.EncodeToString(sum[:])
		}
	}
	about := map[string]any{"agent": r.w.agent, "session_id": r.sessionID, "prompt_id": promptID}
	if toolUse != "" {
		about["tool_use_id"] = toolUse
	}
	if prompt != "" {
		about["prompt"] = prompt
	}
	platform := "linux"
	if r.w.mac {
		platform = "darwin"
	}
	body, err := json.Marshal(map[string]any{
		"subject": map[string]any{"type": "user", "id": r.w.email},
		"action":  map[string]any{"name": st.action, "properties": props},
		"resource": map[string]any{"type": "repository", "id": r.repository, "properties": map[string]any{
			"root": r.root, "cwd": r.root, "home": r.home, "tmp": "/tmp", "platform": platform, "case_sensitive": !r.w.mac,
		}},
		"context": about,
	})
	if err != nil {
		return nil // cannot happen: maps of strings, numbers and flags
	}
	return body
}

// report is an event that the agent's client vouches for.
func (r *run) report(kind, phase string) *audit.Event {
	name, version, _ := strings.Cut(r.w.agent, "/")
	p := r.callers[r.w.email]
	return &audit.Event{
		Type: kind, Phase: phase, Actor: audit.Actor{User: r.w.email, Groups: p.Groups, Credential: p.Credential}, Session: r.sessionID,
		Agent: &audit.Agent{Name: name, Version: version}, Repository: r.repository, Cwd: r.root,
		Provenance: map[string]string{"actor": "server", "outcome": "client", "repository": "client"},
	}
}

func (r *run) lifecycle(at time.Time, kind string, props map[string]any) {
	text, err := json.Marshal(props)
	if err != nil {
		return // cannot happen: strings
	}
	r.at(at, func(ctx context.Context) error {
		if at.After(r.now) {
			return nil
		}
		e := r.report(kind, audit.PhaseLifecycle)
		e.Action = &audit.Action{Name: kind, Properties: text}
		return r.ledger.Append(ctx, e)
	})
}

// id is an identifier in the form that agents use.
func (s *story) id() string {
	s.calls++
	sum := sha256.Sum256(fmt.Appendf(nil, "ambit demo %d", s.calls))
	return hex.EncodeToString(sum[:16])
}

func (s *story) seconds(low, high int) time.Duration {
	return time.Duration(low)*time.Second + time.Duration(s.rand.IntN((high-low)*1000))*time.Millisecond
}

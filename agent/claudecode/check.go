package claudecode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ambit/policy"
)

// Check reads a server's answer to h as strictly as it can and gives the JSON to print. It is an error if anything in it
// is not what Reply would have written for this very call: then nobody knows what the server meant, and the hook refuses.
func Check(h *Hook, reply []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(reply))
	dec.DisallowUnknownFields()
	var a answer
	if err := dec.Decode(&a); err != nil {
		return nil, fmt.Errorf("it is not a verdict: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the verdict")
	}
	if err := a.matches(h); err != nil {
		return nil, err
	}
	a.Ambit = nil
	return json.Marshal(a)
}

func (a *answer) matches(h *Hook) error {
	seal := a.Ambit
	switch {
	case seal == nil:
		return errors.New("it names no decision")
	case seal.Event != h.Event || seal.ToolUseID != h.ToolUseID:
		return errors.New("it answers another call")
	}
	if !h.Gates() {
		if seal.Effect != "" || a.Continue != nil || a.Decision != "" || a.Output != nil {
			return errors.New("it decides where there is nothing to decide")
		}
		return nil
	}
	switch seal.Effect {
	case policy.Allow, policy.Deny, policy.Hold:
	default:
		return fmt.Errorf("its effect %q is none", seal.Effect)
	}
	if seal.Decision == "" {
		return errors.New("it names no decision")
	}
	refuses := Verdict{Effect: seal.Effect, Enforced: seal.Enforced}.refuses()
	shape, err := a.shape(h.Event)
	if err != nil {
		return err
	}
	if refuses != (shape == shapeRefuse) {
		return errors.New("what it says and what it does differ")
	}
	if shape == shapeAllow && (seal.Effect != policy.Allow || !seal.Enforced) {
		return errors.New("it permits what was not decided")
	}
	return nil
}

type shape uint8

const (
	shapeAsk shape = iota // the client goes on as it would have
	shapeRefuse
	shapeAllow // the client does not ask the person either
)

// shape says what the client would do with an answer to the event.
func (a *answer) shape(event string) (shape, error) {
	odd := errors.New("it is not an answer to " + event)
	o := a.Output
	if o != nil && o.Event != event {
		return 0, odd
	}
	switch event {
	case PreToolUse, PreModelSwitch:
		if o == nil || a.Decision != "" || a.Reason != "" || a.Continue != nil || o.Request != nil {
			return 0, odd
		}
		switch o.Decision {
		case "":
			return shapeAsk, nil
		case "allow":
			return shapeAllow, nil
		case "deny":
			return shapeRefuse, nil
		}
	case PermissionRequest:
		if o == nil {
			if a.Continue == nil || !*a.Continue || a.Decision != "" || a.Reason != "" {
				return 0, odd
			}
			return shapeAsk, nil
		}
		if o.Request == nil || o.Decision != "" || o.Reason != "" || a.Decision != "" || a.Continue != nil {
			return 0, odd
		}
		switch o.Request.Behavior {
		case "allow":
			return shapeAllow, nil
		case "deny":
			return shapeRefuse, nil
		}
	case UserPromptSubmit, UserPromptExpansion:
		switch {
		case a.Continue != nil:
		case a.Decision == "block" && o == nil:
			return shapeRefuse, nil
		case a.Decision == "" && a.Reason == "" && o != nil && o.Decision == "" && o.Reason == "" && o.Request == nil:
			return shapeAsk, nil
		}
	}
	return 0, odd
}

package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// appendUntilKilled appends from many goroutines and prints the id of every event once Append has returned.
func appendUntilKilled(dir string) int {
	l, _, err := tryLedgerIn(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for g := range 32 {
		go func() {
			for i := g; ; i += 32 {
				e := sample(i)
				e.PromptText = fmt.Sprintf("prompt %d", i/100)
				if err := l.Append(context.Background(), e); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				// One write each: a line that the parent has is a line that was acknowledged.
				fmt.Printf("%d %s\n", e.Seq, e.ID)
			}
		}()
	}
	select {}
}

// TestKillLosesNothing kills a process at random moments while it appends. Every event that it had acknowledged must be
// there, and the ledger must open and verify. AMBIT_CRASHES sets how many times.
func TestKillLosesNothing(t *testing.T) {
	times := 8
	if s := os.Getenv("AMBIT_CRASHES"); s != "" {
		if _, err := fmt.Sscan(s, &times); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	acknowledged := 0
	for round := range times {
		acks := runAndKill(t, dir, time.Duration(20+rand.IntN(180))*time.Millisecond)
		l, stop := ledgerIn(t, dir)
		if r, err := l.Verify(t.Context(), VerifyOptions{}); err != nil || !r.OK() {
			t.Fatalf("round %d: %+v, %v", round, r, err)
		}
		have := idsFrom(t, l, acks)
		for seq, id := range acks {
			if have[seq] != id {
				t.Fatalf("round %d: event %d was acknowledged as %s and is %q now", round, seq, id, have[seq])
			}
		}
		acknowledged += len(acks)
		stop()
	}
	if acknowledged == 0 {
		t.Fatal("nothing was acknowledged, so nothing was tested")
	}
	t.Logf("%d kills, %d acknowledged events, none lost", times, acknowledged)
}

// runAndKill runs the child, kills it some time after its first acknowledgement, and gives what it acknowledged.
func runAndKill(t *testing.T, dir string, after time.Duration) map[int64]string {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "AMBIT_TEST_APPEND_IN="+dir)
	var stderr strings.Builder
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	acks := map[int64]string{}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // killed; a line without its end was cut off
		}
		if len(acks) == 0 {
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
		var seq int64
		var id string
		if _, err := fmt.Sscan(line, &seq, &id); err != nil {
			t.Fatalf("child said %q: %v", line, err)
		}
		acks[seq] = id
	}
	_ = child.Wait() // it was killed
	if stderr.Len() > 0 {
		t.Fatalf("child: %s", stderr.String())
	}
	return acks
}

// idsFrom gives the ids of the events from the first acknowledged one on.
func idsFrom(t *testing.T, l *Ledger, acks map[int64]string) map[int64]string {
	t.Helper()
	first := l.Seq()
	for seq := range acks {
		first = min(first, seq)
	}
	var out strings.Builder
	if _, err := l.ExportAfter(t.Context(), &out, Query{}, first-1); err != nil {
		t.Fatal(err)
	}
	have := map[int64]string{}
	for line := range strings.Lines(out.String()) {
		var e Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		have[e.Seq] = e.ID
	}
	return have
}

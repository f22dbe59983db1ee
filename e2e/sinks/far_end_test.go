//go:build e2e

package sinks

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// arrival is one event at the far end.
type arrival struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`
}

// receivers are the collector and syslog-ng, with one file for each sink.
type receivers struct {
	dir                        string
	hec, webhook, syslog, otlp string // addresses
	ng                         string // syslog-ng's; "" where it isn't installed
	collector, syslogNG        *process
	config                     string
	authority                  authority // of both syslog receivers
}

// listenFor starts the receivers.
func listenFor(t *testing.T, dir string) *receivers {
	t.Helper()
	r := &receivers{dir: filepath.Join(dir, "far")}
	must(t, os.MkdirAll(r.dir, 0o755))
	ports := map[string]*string{"@HEC@": &r.hec, "@WEBHOOK@": &r.webhook, "@SYSLOG@": &r.syslog, "@OTLP@": &r.otlp}
	r.authority = newAuthority(t, r.dir)
	text, err := os.ReadFile(filepath.Join("otelcol", "config.yaml.in"))
	must(t, err)
	config := strings.NewReplacer("@OUT@", r.dir, "@CERT@", r.authority.cert, "@KEY@", r.authority.key).Replace(string(text))
	for mark, address := range ports {
		port := freePort(t)
		*address = "127.0.0.1:" + port
		config = strings.ReplaceAll(config, mark, port)
	}
	r.config = filepath.Join(r.dir, "config.yaml")
	must(t, os.WriteFile(r.config, []byte(config), 0o600))
	r.collector = run(t, filepath.Join(r.dir, "collector.log"), program(t, "OTELCOL"), "--config", r.config)
	for _, address := range ports {
		reachable(t, *address)
	}
	r.startSyslogNG(t)
	return r
}

const ngConfig = `@version: 3.38
options { stats-freq(0); log-msg-size(1048576); flush-lines(1); };
source s {
  syslog(ip("127.0.0.1") port(PORT) transport("tls") max-connections(50) tls(cert-file("CERT") key-file("KEY") peer-verify(optional-untrusted)));
};
destination d { file("DIR/ng.json" template("$MESSAGE\n")); };
log { source(s); destination(d); };
`

func (r *receivers) startSyslogNG(t *testing.T) {
	t.Helper()
	path := os.Getenv("SYSLOG_NG")
	if path == "" {
		t.Log("SKIPPED: syslog-ng is not installed; run: sudo apt-get install syslog-ng-core")
		return
	}
	port := freePort(t)
	config := filepath.Join(r.dir, "syslog-ng.conf")
	must(t, os.WriteFile(config, []byte(strings.NewReplacer("PORT", port, "DIR", r.dir, "CERT", r.authority.cert, "KEY", r.authority.key).Replace(ngConfig)), 0o600))
	r.ng = "127.0.0.1:" + port
	r.syslogNG = run(t, filepath.Join(r.dir, "syslog-ng.log"), path, "-F", "-f", config, "--no-caps",
		"-R", filepath.Join(r.dir, "ng.persist"), "-p", filepath.Join(r.dir, "ng.pid"), "-c", filepath.Join(r.dir, "ng.ctl"))
	reachable(t, r.ng)
}

// otlpJSON is as much of the file exporter's lines as is needed.
type otlpJSON struct {
	ResourceLogs []struct {
		ScopeLogs []struct {
			LogRecords []struct {
				Body struct {
					StringValue string `json:"stringValue"`
					KVList      struct {
						Values []struct {
							Key   string `json:"key"`
							Value struct {
								StringValue string  `json:"stringValue"`
								DoubleValue float64 `json:"doubleValue"`
							} `json:"value"`
						} `json:"values"`
					} `json:"kvlistValue"`
				} `json:"body"`
			} `json:"logRecords"`
		} `json:"scopeLogs"`
	} `json:"resourceLogs"`
}

// torn stands for a line that the receiver kept although its request was cut in the middle of it.
const torn = "torn"

// each calls fn for every event that arrived in a file, in order.
func each(t *testing.T, path string, fn func(arrival)) {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	lines := bufio.NewReaderSize(f, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return
		}
		must(t, err)
		if strings.HasPrefix(string(line), `{"resourceLogs"`) {
			eachRecord(t, line, fn)
		} else if len(line) > 1 {
			fn(read(string(line)))
		}
	}
}

func eachRecord(t *testing.T, line []byte, fn func(arrival)) {
	t.Helper()
	var batch otlpJSON
	must(t, json.Unmarshal(line, &batch))
	for _, resource := range batch.ResourceLogs {
		for _, scope := range resource.ScopeLogs {
			for _, rec := range scope.LogRecords {
				if rec.Body.StringValue != "" {
					// A syslog message has its header in front.
					_, text, _ := strings.Cut(rec.Body.StringValue, "{")
					fn(read("{" + text))
					continue
				}
				var a arrival
				for _, member := range rec.Body.KVList.Values {
					switch member.Key {
					case "id":
						a.ID = member.Value.StringValue
					case "seq":
						a.Seq = int64(member.Value.DoubleValue)
					}
				}
				fn(a)
			}
		}
	}
}

func read(text string) arrival {
	var a arrival
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		a.ID = torn
	}
	return a
}

// tally is the count at the far end of one sink.
type tally struct {
	Arrived, Repeated, Checkpoints int
	Torn                           int // lines that the receiver kept although their request was cut
	Overtaken                      int // first arrivals out of order
}

// count holds what arrived against the ledger: everything up to last is there with the ledger's id, and what came twice is the
// same event. Those that came late, having been set aside for a while, don't count as out of order.
func count(t *testing.T, path string, ledger []string, last int, late map[int64]bool) tally {
	t.Helper()
	var n tally
	seen := make([]bool, len(ledger))
	newest := int64(0)
	each(t, path, func(a arrival) {
		switch {
		case strings.HasPrefix(a.ID, "chk_"):
			n.Checkpoints++
			return
		case a.ID == torn:
			// The collector's receivers for webhooks and syslog pass on what they got of a line that was cut; the whole comes again.
			n.Torn++
			return
		case a.Seq < 1 || a.Seq >= int64(len(ledger)) || ledger[a.Seq] != a.ID:
			t.Fatalf("%s: seq %d arrived as %q", filepath.Base(path), a.Seq, a.ID)
		case seen[a.Seq]:
			n.Repeated++
			return
		}
		seen[a.Seq] = true
		n.Arrived++
		if late[a.Seq] {
			return
		}
		if a.Seq < newest {
			n.Overtaken++
		}
		newest = max(newest, a.Seq)
	})
	for seq := 1; seq <= last; seq++ {
		if !seen[seq] {
			t.Fatalf("%s: seq %d of %d never arrived", filepath.Base(path), seq, last)
		}
	}
	return n
}

package sink

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"ambit/audit/egress"
)

// answering is a receiver that says one thing; it shows what it was asked.
type answering struct {
	*httptest.Server
	status  int
	header  map[string]string
	body    []byte
	path    string
	request http.Header
	text    []byte
	acks    int // how often it was asked before it acknowledges
}

func answers(t *testing.T, status int, body string) *answering {
	t.Helper()
	a := &answering{status: status, body: []byte(body), header: map[string]string{}}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/ack") {
			a.acks--
			_, _ = fmt.Fprintf(w, `{"acks":{"5":%v}}`, a.acks < 0)
			return
		}
		a.path, a.request, a.text = r.URL.RequestURI(), r.Header.Clone(), unzip(t, r)
		for k, v := range a.header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	}))
	t.Cleanup(a.Close)
	return a
}

var moment = time.Date(2026, 11, 22, 5, 30, 16, 248e6, time.UTC)

func testDeps(t *testing.T) *deps {
	t.Helper()
	n, err := egress.ParseNetworks([]string{"loopback"})
	must(t, err)
	return &deps{
		networks: n, folder: t.TempDir(), now: func() time.Time { return moment }, rand: rand.Reader, host: "ambit-1", version: "1.0", timeout: 20 * time.Second,
	}
}

func receiver(t *testing.T, spec Spec, secrets map[string]string) Receiver {
	t.Helper()
	return receiverWith(t, testDeps(t), spec, secrets)
}

func receiverWith(t *testing.T, d *deps, spec Spec, secrets map[string]string) Receiver {
	t.Helper()
	spec.complete()
	r, err := newReceiver(d, &spec, secrets)
	must(t, err)
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func items(n int) []Item {
	list := make([]Item, n)
	for i := range list {
		id := fmt.Sprintf("evt_%d", i+1)
		list[i] = Item{
			Message: EventMessage, Ref: int64(i + 1), ID: id, Time: moment, Type: "shell.exec", Phase: "decision", Refused: i%2 == 1,
			Body: json.RawMessage(fmt.Sprintf(`{"id":%q,"seq":%d}`, id, i+1)),
		}
	}
	return list
}

func mustSend(t *testing.T, r Receiver, batch []Item) Result {
	t.Helper()
	res, err := r.Send(t.Context(), batch)
	must(t, err)
	return res
}

func TestSplunkEnvelope(t *testing.T) {
	a := answers(t, 200, `{"text":"Success","code":0}`)
	r := receiver(t, Spec{Kind: Splunk, Splunk: &SplunkSpec{URL: a.URL + "/", Index: "agents"}, Gzip: true}, map[string]string{secretToken: "tok-1"})
	batch := items(2)
	batch[1].Message = CheckpointMessage
	if res := mustSend(t, r, batch); res.Outcome != Accepted {
		t.Fatalf("%+v", res)
	}
	if a.path != "/services/collector/event" || a.request.Get("Authorization") != "Splunk tok-1" || a.request.Get("Content-Encoding") != "gzip" {
		t.Errorf("%s %v", a.path, a.request)
	}
	want := `{"time":1795325416.248,"host":"ambit-1","source":"ambit","sourcetype":"ambit:audit","index":"agents","event":{"id":"evt_1","seq":1}}
{"time":1795325416.248,"host":"ambit-1","source":"ambit","sourcetype":"ambit:audit:checkpoint","index":"agents","event":{"id":"evt_2","seq":2}}
`
	if string(a.text) != want {
		t.Errorf("sent\n%s", a.text)
	}
}

func TestSplunkCodes(t *testing.T) {
	for body, want := range map[string]Result{
		`{"text":"Success","code":0}`:                                               {Outcome: Accepted},
		`{"text":"Invalid data format","code":6,"invalid-event-number":1}`:          {Outcome: Poison, Items: []int{1}},
		`{"text":"Invalid data format","code":6,"invalid-event-number":99}`:         {Outcome: Poison},
		`{"text":"No data","code":5}`:                                               {Outcome: Poison},
		`{"text":"Server is busy","code":9}`:                                        {Outcome: Retry, After: 7 * time.Second},
		`{"text":"Ack queue is full","code":18}`:                                    {Outcome: Retry, After: 7 * time.Second},
		`{"text":"Invalid token","code":4}`:                                         {Outcome: Misconfiguration},
		`{"text":"Incorrect index","code":7,"invalid-event-number":0}`:              {Outcome: Misconfiguration},
		`{"text":"Data channel is missing","code":10}`:                              {Outcome: Misconfiguration},
		`<html>"code":0, says another server</html>`:                                {Outcome: Misconfiguration},
		`<html>a proxy's page, with status 503</html>` + strings.Repeat("x", 10000): {Outcome: Retry, After: 7 * time.Second},
	} {
		status := 503
		if strings.Contains(body, `"code":0`) {
			status = 200
		}
		a := answers(t, status, body)
		a.header["Retry-After"] = "7"
		r := receiver(t, Spec{Kind: Splunk, Splunk: &SplunkSpec{URL: a.URL}}, map[string]string{secretToken: "tok-1"})
		res := mustSend(t, r, items(3))
		if res.Outcome != want.Outcome || fmt.Sprint(res.Items) != fmt.Sprint(want.Items) || res.After != want.After {
			t.Errorf("%.60s: %+v", body, res)
		}
		if len(res.Answer) > maxAnswer+40 {
			t.Errorf("the answer has %d bytes", len(res.Answer))
		}
	}
}

// A collector that is nearly full says so in the answer to what it took; sent again, that would come without end.
func TestSplunkCodesByStatus(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   Outcome
	}{
		{200, `{"text":"HEC queue is approaching its capacity limit","code":24}`, Accepted},
		{200, `{"text":"HEC ACK is approaching its capacity limit","code":25}`, Accepted},
		{503, `{"text":"HEC queue is approaching its capacity limit","code":24}`, Retry},
		{429, `{"text":"HEC queue is at capacity and cannot process any more requests","code":26}`, Retry},
		{429, `{"text":"HEC ACK channel is at capacity and cannot process any more requests","code":27}`, Retry},
		{400, `{"text":"Invalid token","code":21}`, Misconfiguration},
		{400, `{"text":"Token disabled","code":22}`, Misconfiguration},
		{503, `{"text":"Server is shutting down","code":23}`, Retry},
	} {
		a := answers(t, c.status, c.body)
		r := receiver(t, Spec{Kind: Splunk, Splunk: &SplunkSpec{URL: a.URL}}, map[string]string{secretToken: "tok-1"})
		if res := mustSend(t, r, items(3)); res.Outcome != c.want {
			t.Errorf("%d %s: %+v", c.status, c.body, res)
		}
	}
}

func TestSplunkAcknowledgement(t *testing.T) {
	a := answers(t, 200, `{"text":"Success","code":0,"ackId":5}`)
	a.acks = 2
	spec := Spec{Kind: Splunk, Splunk: &SplunkSpec{URL: a.URL, Ack: true}}
	r := receiver(t, spec, map[string]string{secretToken: "tok-1"})
	if res := mustSend(t, r, items(1)); res.Outcome != Accepted || a.acks != -1 {
		t.Errorf("%+v after %d questions", res, a.acks)
	}
	if channel := a.request.Get("X-Splunk-Request-Channel"); len(channel) != 36 {
		t.Errorf("channel %q", channel)
	}
	a.acks, a.body = 1, []byte(`{"text":"HEC ACK is approaching its capacity limit","code":25,"ackId":5}`)
	if res := mustSend(t, r, items(1)); res.Outcome != Accepted || a.acks != -1 {
		t.Errorf("with a warning: %+v after %d questions", res, a.acks)
	}
	a.body = []byte(`{"text":"Success","code":0}`) // acknowledgement is off at the token
	if res := mustSend(t, r, items(1)); res.Outcome != Misconfiguration {
		t.Errorf("%+v", res)
	}
}

// TestDatadogLimits holds to what Datadog documents: at most 1,000 items, 5 MB, 1 MB each, no timestamp older than 18 hours. No receiver of Datadog's runs
// here, so this contract is all there is.
func TestDatadogLimits(t *testing.T) {
	a := answers(t, 202, `{}`)
	spec := Spec{Kind: Datadog, Datadog: &DatadogSpec{URL: a.URL, Tags: []string{"env:prod", "team:sec"}}, Gzip: true}
	r := receiver(t, spec, map[string]string{secretAPIKey: "key-1"})
	if res := mustSend(t, r, items(1000)); res.Outcome != Accepted {
		t.Fatalf("%+v", res)
	}
	if a.path != "/api/v2/logs" || a.request.Get("DD-API-KEY") != "key-1" || a.request.Get("Content-Type") != "application/json" {
		t.Errorf("%s %v", a.path, a.request)
	}
	var logs []map[string]json.RawMessage
	must(t, json.Unmarshal(a.text, &logs))
	first, second := fmt.Sprintf("%s", logs[0]), fmt.Sprintf("%s", logs[1])
	if len(logs) != 1000 || !strings.Contains(first, "env:prod,team:sec") || !strings.Contains(second, `"warn"`) || string(logs[0]["timestamp"]) != "1795325416248" {
		t.Errorf("%s %s", first, second)
	}
	late := items(3)
	late[0].Time, late[1].Time = moment.Add(-19*time.Hour), moment.Add(-16*time.Hour)
	mustSend(t, r, late)
	must(t, json.Unmarshal(a.text, &logs))
	for i, want := range []time.Time{moment, late[1].Time, moment} { // the first is older than Datadog takes
		if got := string(logs[i]["timestamp"]); got != strconv.FormatInt(want.UnixMilli(), 10) {
			t.Errorf("log %d has the timestamp %s", i, got)
		}
	}
	a.text = nil
	if res := mustSend(t, r, items(1001)); res.Outcome != Poison || a.text != nil {
		t.Errorf("1,001 items: %+v", res)
	}
	large := items(3)
	large[1].Body = json.RawMessage(`"` + strings.Repeat("x", datadogItemBytes) + `"`)
	if res := mustSend(t, r, large); res.Outcome != Poison || len(res.Items) != 1 || res.Items[0] != 1 || a.text != nil {
		t.Errorf("an item over 1 MB: %+v", res)
	}
	heavy := items(6)
	for i := range heavy {
		heavy[i].Body = json.RawMessage(`"` + strings.Repeat("x", 900_000) + `"`)
	}
	if res := mustSend(t, r, heavy); res.Outcome != Poison || res.Items != nil || a.text != nil {
		t.Errorf("a request over 5 MB: %+v", res)
	}
	if res := mustSend(t, r, heavy[:3]); res.Outcome != Accepted || len(a.text) > datadogBytes {
		t.Errorf("half of it: %+v", res)
	}
}

func TestStatusesOfHTTP(t *testing.T) {
	for status, want := range map[int]Outcome{
		200: Accepted, 202: Accepted, 204: Accepted, 301: Misconfiguration, 307: Misconfiguration, 400: Poison, 401: Misconfiguration, 403: Misconfiguration,
		404: Misconfiguration, 405: Misconfiguration, 408: Retry, 410: Gone, 413: Poison, 422: Poison, 429: Retry, 500: Retry, 502: Retry, 503: Retry,
	} {
		for _, kind := range []Kind{Datadog, Webhook, OTLP} {
			a := answers(t, status, "")
			a.header["Location"] = "http://127.0.0.1:1/"
			a.header["Retry-After"] = moment.Add(90 * time.Second).Format(http.TimeFormat)
			spec := Spec{Kind: kind}
			switch kind {
			case Datadog:
				spec.Datadog = &DatadogSpec{URL: a.URL}
			case Webhook:
				spec.Webhook = &WebhookSpec{URL: a.URL}
			default:
				spec.OTLP = &OTLPSpec{URL: a.URL}
			}
			res := mustSend(t, receiver(t, spec, map[string]string{secretAPIKey: "key-1", secretSigning: vectorSecret}), items(1))
			if res.Outcome != want {
				t.Errorf("%s, %d: %+v", kind, status, res)
			}
			if (status == 429 || status == 503) && res.After.Round(time.Second) != 90*time.Second {
				t.Errorf("%s, %d: after %s", kind, status, res.After)
			}
		}
	}
}

// vectorSecret and what follows are the example of the Standard Webhooks specification's reference libraries.
const vectorSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // a published example

func TestStandardWebhooksVectors(t *testing.T) {
	for _, v := range []struct{ secret, id, timestamp, body, want string }{
		{vectorSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", `{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
	} {
		key, err := signingKey(v.secret)
		must(t, err)
		if got := signatureOf(key, v.id, v.timestamp, []byte(v.body)); got != v.want {
			t.Errorf("%s: %s", v.id, got)
		}
	}
}

func TestWebhookSignsTheBody(t *testing.T) {
	a := answers(t, 204, "")
	old := "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	secrets := map[string]string{
		secretSigning: vectorSecret, secretHeader: "s3cret", secretFormer: old, secretFormerUntil: moment.Add(time.Hour).Format(time.RFC3339),
	}
	r := receiver(t, Spec{Kind: Webhook, Webhook: &WebhookSpec{URL: a.URL + "/hook", Header: "X-Token"}}, secrets)
	mustSend(t, r, items(1))
	if a.request.Get("webhook-id") != "evt_1" || a.request.Get("webhook-timestamp") != "1795325416" || a.request.Get("X-Token") != "s3cret" {
		t.Errorf("%v", a.request)
	}
	var want []string
	for _, secret := range []string{vectorSecret, old} {
		key, err := signingKey(secret)
		must(t, err)
		want = append(want, signatureOf(key, "evt_1", "1795325416", a.text))
	}
	if got := a.request.Get("webhook-signature"); got != strings.Join(want, " ") {
		t.Errorf("signature %q", got)
	}
	if string(a.text) != `{"id":"evt_1","seq":1}` || a.request.Get("Content-Type") != "application/json" {
		t.Errorf("%s", a.text)
	}
	mustSend(t, r, items(3))
	first := a.request.Get("webhook-id")
	mustSend(t, r, items(3))
	if !strings.HasPrefix(first, "msg_") || a.request.Get("webhook-id") != first {
		t.Errorf("a batch that comes again is called %q, then %q", first, a.request.Get("webhook-id"))
	}
	if !json.Valid(a.text) || a.text[0] != '[' {
		t.Errorf("%s", a.text)
	}
}

func TestCloudEvents(t *testing.T) {
	a := answers(t, 204, "")
	r := receiver(t, Spec{Kind: Webhook, Webhook: &WebhookSpec{URL: a.URL, Format: FormatCloudEvents}}, map[string]string{secretSigning: vectorSecret})
	mustSend(t, r, items(1))
	want := `{"specversion":"1.0","id":"evt_1","source":"urn:ambit:ambit-1","type":"ambit.shell.exec","time":"2026-11-22T05:30:16.248Z",` +
		`"datacontenttype":"application/json","sequence":"00000000000000000001","data":{"id":"evt_1","seq":1}}`
	if string(a.text) != want || a.request.Get("Content-Type") != "application/cloudevents+json" {
		t.Errorf("%s", a.text)
	}
	batch := items(2)
	batch[1].Message = CheckpointMessage
	mustSend(t, r, batch)
	var list []map[string]any
	must(t, json.Unmarshal(a.text, &list))
	if len(list) != 2 || list[0]["source"] != "urn:ambit:ambit-1" || list[1]["source"] != "urn:ambit:ambit-1:checkpoints" || a.request.Get("Content-Type") != "application/cloudevents-batch+json" {
		t.Errorf("%s", a.text)
	}
}

func TestOTLP(t *testing.T) {
	a := answers(t, 200, "")
	r := receiver(t, Spec{Kind: OTLP, OTLP: &OTLPSpec{URL: a.URL + "/v1/logs", Header: "X-Token"}, Gzip: true}, map[string]string{secretHeader: "s3cret"})
	if res := mustSend(t, r, items(2)); res.Outcome != Accepted {
		t.Fatalf("%+v", res)
	}
	var data logspb.LogsData
	must(t, proto.Unmarshal(a.text, &data))
	records := data.GetResourceLogs()[0].GetScopeLogs()[0].GetLogRecords()
	rec := records[1]
	if len(records) != 2 || rec.GetBody().GetStringValue() != `{"id":"evt_2","seq":2}` || rec.GetSeverityText() != "WARN" || rec.GetEventName() != "ambit.shell.exec" ||
		rec.GetTimeUnixNano() != uint64(moment.UnixNano()) || rec.GetAttributes()[0].GetValue().GetStringValue() != "evt_2" {
		t.Errorf("%v", rec)
	}
	if a.path != "/v1/logs" || a.request.Get("Content-Type") != "application/x-protobuf" || a.request.Get("X-Token") != "s3cret" {
		t.Errorf("%s %v", a.path, a.request)
	}
	partial := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1)
	partial = protowire.AppendString(protowire.AppendTag(partial, 2, protowire.BytesType), "one is too old")
	a.body = protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), partial)
	if res := mustSend(t, r, items(2)); res.Outcome != Poison || !strings.Contains(res.Answer, "1 records refused: one is too old") {
		t.Errorf("%+v", res)
	}
	a.status, a.body = 400, protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), "broken")
	if res := mustSend(t, r, items(2)); res.Outcome != Poison || !strings.Contains(res.Answer, "400 broken") {
		t.Errorf("%+v", res)
	}
}

func FuzzProtobufField(f *testing.F) {
	f.Add([]byte{0x0a, 0x04, 0x08, 0x01, 0x12, 0x00})
	f.Fuzz(func(t *testing.T, message []byte) {
		value, _ := field(message, 1)
		if len(value) > len(message) {
			t.Error("made up")
		}
	})
}

func TestAnswersAreCleaned(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                       "plain",
		"two\r\nlines\x00\x1b[31mred": "two lines [31mred",
		"bad \xff utf8":               "bad \uFFFD utf8",
		"your token tok-12345 is no":  "your token [masked] is no",
	} {
		if got := clean(text, map[string]string{secretToken: "tok-12345"}); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := clean(strings.Repeat("ä", 1000), nil); len(got) > maxAnswer+len("…") || !strings.HasSuffix(got, "ä…") {
		t.Errorf("%d bytes", len(got))
	}
}

// TestHalfAnAnswerIsNone ensures that a connection that is cut while the answer comes counts as no answer.
func TestHalfAnAnswerIsNone(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	}))
	defer srv.Close()
	r := receiver(t, Spec{Kind: Webhook, Webhook: &WebhookSpec{URL: srv.URL}}, map[string]string{secretSigning: vectorSecret})
	if res, err := r.Send(t.Context(), items(1)); err == nil {
		t.Errorf("%+v", res)
	}
}

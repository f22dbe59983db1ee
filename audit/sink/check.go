package sink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ambit/audit"
	"ambit/audit/egress"
)

// The bounds of a spec. What a receiver takes may be less; that is its kind's business.
const (
	maxName       = 60
	maxItems      = 1000
	minBytes      = 64 << 10
	maxBytes      = 4 << 20
	maxAgeMS      = 60_000
	minQuota      = 1000
	minQuotaBytes = 1 << 20
	minRotate     = 64 << 10
	maxFilter     = 512
	minSyslog     = 2048 // what every receiver should take (RFC 5424, section 6.1)
	maxSyslog     = 16 << 20
)

var (
	fileName   = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	siteName   = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	appName    = regexp.MustCompile(`^[!-~]{1,48}$`)
)

// checker judges specs by what the operator allows.
type checker struct {
	networks egress.Networks
	folder   string
}

// check says in one sentence what is wrong with a completed spec.
func (c *checker) check(ctx context.Context, s *Spec) error {
	if s.Name = strings.TrimSpace(s.Name); s.Name == "" || len(s.Name) > maxName || strings.ContainsFunc(s.Name, unicode.IsControl) {
		return invalid("name must have 1 to %d characters", maxName)
	}
	if !slices.Contains([]Mapping{Native, OCSF, ECS}, s.Mapping) {
		return invalid("mapping must be native, ocsf or ecs")
	}
	if err := s.Filter.check(); err != nil {
		return err
	}
	for _, bound := range []struct {
		what           string
		have, low, top int64
	}{
		{"batch.items", int64(s.Batch.Items), 1, maxItems},
		{"batch.bytes", int64(s.Batch.Bytes), minBytes, maxBytes},
		{"batch.age_ms", s.Batch.AgeMS, 10, maxAgeMS},
		{"quota.events", s.Quota.Events, minQuota, 1 << 40},
		{"quota.bytes", s.Quota.Bytes, minQuotaBytes, 1 << 50},
		{"alarm_after_s", s.AlarmAfter, 1, 30 * 24 * 3600},
	} {
		if bound.have < bound.low || bound.have > bound.top {
			return invalid("%s must be from %d to %d", bound.what, bound.low, bound.top)
		}
	}
	if err := s.TLS.check(); err != nil {
		return err
	}
	return c.checkKind(ctx, s)
}

func (f *Filter) check() error {
	for _, v := range []string{f.Person, f.Action, f.Effect, f.Repository, f.Session, f.Layer, f.Phase, f.Type, f.Text} {
		if len(v) > maxFilter {
			return invalid("a filter's value is longer than %d bytes", maxFilter)
		}
	}
	if f.Effect != "" && !slices.Contains([]string{"allow", "deny", "hold"}, f.Effect) {
		return invalid("filter.effect must be allow, deny or hold")
	}
	phases := []string{audit.PhaseDecision, audit.PhaseResult, audit.PhaseLifecycle, audit.PhaseAdmin, audit.PhaseApproval, audit.PhaseIntegrity}
	if f.Phase != "" && !slices.Contains(phases, f.Phase) {
		return invalid("filter.phase must be one of %s", strings.Join(phases, ", "))
	}
	return nil
}

func (t *TLSSpec) check() error {
	if t.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(t.CA)) {
		return invalid("tls.ca holds no certificate in PEM form")
	}
	if t.ClientCertificate != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(t.ClientCertificate)) {
		return invalid("tls.client_certificate holds no certificate in PEM form")
	}
	return nil
}

// checkKind judges the part that the kind names, and that there is no other.
func (c *checker) checkKind(ctx context.Context, s *Spec) error {
	parts := map[Kind]bool{
		Splunk: s.Splunk != nil, Datadog: s.Datadog != nil, Webhook: s.Webhook != nil, OTLP: s.OTLP != nil, Syslog: s.Syslog != nil, File: s.File != nil,
	}
	if _, known := parts[s.Kind]; !known {
		return invalid("kind must be splunk, datadog, webhook, otlp, syslog or file")
	}
	for kind, there := range parts {
		if there != (kind == s.Kind) {
			return invalid("a sink of kind %s has the member %q and no other kind's", s.Kind, s.Kind)
		}
	}
	switch s.Kind {
	case Splunk:
		return c.checkURL(ctx, "splunk.url", s.Splunk.URL)
	case Datadog:
		return c.checkDatadog(ctx, s.Datadog)
	case Webhook:
		if !slices.Contains([]Format{FormatJSON, FormatNDJSON, FormatCloudEvents}, s.Webhook.Format) {
			return invalid("webhook.format must be json, ndjson or cloudevents")
		}
		return c.checkHTTP(ctx, "webhook", s.Webhook.URL, s.Webhook.Header)
	case OTLP:
		return c.checkHTTP(ctx, "otlp", s.OTLP.URL, s.OTLP.Header)
	case Syslog:
		return c.checkSyslog(ctx, s.Syslog)
	case File:
		return c.checkFile(s.File)
	}
	return nil
}

func (c *checker) checkURL(ctx context.Context, what, text string) error {
	if err := c.networks.CheckURL(ctx, text); err != nil {
		return invalid("%s: %s", what, err)
	}
	return nil
}

func (c *checker) checkHTTP(ctx context.Context, what, url, header string) error {
	if header != "" && !headerName.MatchString(header) {
		return invalid("%s.header must be the name of a header, such as X-Token", what)
	}
	if reserved := []string{"host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection"}; slices.Contains(reserved, strings.ToLower(header)) ||
		strings.HasPrefix(strings.ToLower(header), "webhook-") {
		return invalid("%s.header: %s is set by Ambit itself", what, header)
	}
	return c.checkURL(ctx, what+".url", url)
}

func (c *checker) checkDatadog(ctx context.Context, d *DatadogSpec) error {
	if (d.Site == "") == (d.URL == "") {
		return invalid("datadog needs its site, such as datadoghq.eu, or a url, and not both")
	}
	for _, tag := range d.Tags {
		if tag == "" || len(tag) > 200 || strings.ContainsAny(tag, ", \n\t") {
			return invalid("datadog.tags: write each as key:value, without commas and blanks")
		}
	}
	if d.URL != "" {
		return c.checkURL(ctx, "datadog.url", d.URL)
	}
	if !siteName.MatchString(d.Site) {
		return invalid("datadog.site is a name such as datadoghq.com, datadoghq.eu or us5.datadoghq.com")
	}
	return nil
}

func (c *checker) checkSyslog(ctx context.Context, s *SyslogSpec) error {
	host, port, err := net.SplitHostPort(s.Address)
	if n, errPort := strconv.ParseUint(port, 10, 16); err != nil || errPort != nil || host == "" || n == 0 {
		return invalid("syslog.address must be a host and a port, such as logs.example.com:6514")
	}
	if s.Facility < 0 || s.Facility > 23 {
		return invalid("syslog.facility must be from 0 to 23")
	}
	if !appName.MatchString(s.AppName) {
		return invalid("syslog.app_name must have 1 to 48 printable ASCII characters")
	}
	if s.MaxBytes < minSyslog || s.MaxBytes > maxSyslog {
		return invalid("syslog.max_bytes must be from %d to %d", minSyslog, maxSyslog)
	}
	scheme := "https"
	if s.Plain {
		scheme = "http" // the same rule: in clear text only within the house
	}
	if err := c.networks.CheckURL(ctx, scheme+"://"+s.Address); err != nil {
		if s.Plain && strings.Contains(err.Error(), "clear text") {
			return invalid("syslog.plain: events would travel in clear text; use TLS")
		}
		return invalid("syslog.address: %s", err)
	}
	return nil
}

func (c *checker) checkFile(f *FileSpec) error {
	if c.folder == "" {
		return &Error{"invalid", "this server may not write files", "Start it with `ambit serve --sink-folder DIR`."}
	}
	if !fileName.MatchString(f.Name) {
		return invalid("file.name is a plain name such as audit.jsonl: letters, digits, dots, dashes and underscores, at most 64")
	}
	if f.RotateBytes < minRotate || f.RotateHours < 0 || f.RotateHours > 24*366 || f.Keep < 1 || f.Keep > 10_000 {
		return invalid("file: rotate_bytes must be at least %d, rotate_hours from 0 to %d, keep from 1 to 10000", minRotate, 24*366)
	}
	return nil
}

// tlsConfig is the spec's TLS with the client's key, which may be empty.
func (t *TLSSpec) tlsConfig(clientKey string) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		cfg.RootCAs = x509.NewCertPool()
		cfg.RootCAs.AppendCertsFromPEM([]byte(t.CA)) // was checked when the sink was made
	}
	if t.ClientCertificate == "" {
		return cfg, nil
	}
	pair, err := tls.X509KeyPair([]byte(t.ClientCertificate), []byte(clientKey))
	if err != nil {
		return nil, invalid("the client certificate and its key don't belong together: %s", strings.TrimPrefix(err.Error(), "tls: "))
	}
	cfg.Certificates = []tls.Certificate{pair}
	return cfg, nil
}

package mask

import (
	"strings"
	"testing"
)

// fill makes so many characters of a token. Tokens are put together at run time, so that secret scanners leave this file alone.
func fill(n int) string { return strings.Repeat("a1B2c3D4", n/8+1)[:n] }

func digitsUpper(n int) string { return strings.Repeat("A2B3C4D5", n/8+1)[:n] }

// kindsKnown is a sample of every kind of key that has a form of its own. The list of kinds was held against that of the
// secret scanner gitleaks 8.30 (222 rules): what has a fixed form there is here; what is known there only by the name
// before it ("adobe client secret = …") is masked by the rules for names, which the second list shows.
var kindsKnown = []struct{ kind, token string }{
	{"aws-access-key", "AKIA" + digitsUpper(16)},
	{"aws-access-key", "ASIA" + digitsUpper(16)},
	{"aws-access-key", "ABIA" + digitsUpper(16)},
	{"aws-bedrock-key", "ABSK" + fill(100)},
	{"google-api-key", "AIza" + fill(35)},
	{"google-oauth-token", "ya29." + fill(60)},
	{"google-oauth-secret", "GOCSPX-" + fill(28)},
	{"azure-secret", "abc8Q~" + fill(34)},
	{"azure-secret", "x_Y7Q~" + fill(31)},
	{"alibaba-key", "LTAI" + fill(20)},
	{"digitalocean-token", "dop_v1_" + fill(64)},
	{"digitalocean-token", "doo_v1_" + fill(64)},
	{"fly-token", "fm2_" + fill(100)},
	{"heroku-key", "HRKU-" + fill(36)},
	{"netlify-token", "nfp_" + fill(36)},
	{"github-token", "ghp_" + fill(36)},
	{"github-token", "gho_" + fill(36)},
	{"github-token", "ghu_" + fill(36)},
	{"github-token", "ghs_" + fill(36)},
	{"github-token", "ghr_" + fill(36)},
	{"github-token", "github_pat_" + fill(82)},
	{"gitlab-token", "glpat-" + fill(20)},
	{"gitlab-token", "glpat-" + fill(27) + ".01.0a1b2c3d4"},
	{"gitlab-token", "gldt-" + fill(20)},
	{"gitlab-token", "glrt-" + fill(20)},
	{"gitlab-token", "glptt-" + fill(40)},
	{"gitlab-token", "glft-" + fill(20)},
	{"gitlab-token", "glcbt-" + fill(26)},
	{"gitlab-token", "glimt-" + fill(25)},
	{"gitlab-token", "glagent-" + fill(50)},
	{"gitlab-token", "gloas-" + fill(64)},
	{"gitlab-token", "glsoat-" + fill(20)},
	{"gitlab-token", "GR1348941" + fill(20)},
	{"atlassian-token", "ATATT3" + fill(180)},
	{"npm-token", "npm_" + fill(36)},
	{"pypi-token", "pypi-AgEIcHlwaS5vcmc" + fill(60)},
	{"rubygems-key", "rubygems_" + fill(48)},
	{"nuget-key", "oy2" + fill(43)},
	{"clojars-token", "CLOJARS_" + fill(60)},
	{"docker-token", "dckr_pat_" + fill(27)},
	{"docker-token", "dckr_oat_" + fill(32)},
	{"artifactory-key", "AKCp" + fill(69)},
	{"artifactory-token", "cmVmdGtu" + fill(56)},
	{"sourcegraph-token", "sgp_" + fill(40)},
	{"openshift-token", "sha256~" + fill(43)},
	{"vault-token", "hvs." + fill(90)},
	{"vault-token", "hvb." + fill(140)},
	{"terraform-token", fill(14) + ".atlasv1." + fill(67)},
	{"pulumi-token", "pul-" + fill(40)},
	{"doppler-token", "dp.pt." + fill(43)},
	{"databricks-token", "dapi" + fill(32)},
	{"octopus-key", "API-" + digitsUpper(26)},
	{"anthropic-key", "sk-ant-api03-" + fill(93)},
	{"anthropic-key", "sk-ant-admin01-" + fill(93)},
	{"openai-key", "sk-" + fill(48)},
	{"openai-key", "sk-proj-" + fill(120)},
	{"hugging-face-token", "hf_" + fill(34)},
	{"hugging-face-token", "api_org_" + fill(34)},
	{"perplexity-key", "pplx-" + fill(48)},
	{"groq-key", "gsk_" + fill(52)},
	{"replicate-token", "r8_" + fill(37)},
	{"slack-token", "xoxb-123456789012-" + fill(24)},
	{"slack-token", "xoxp-123456789012-" + fill(24)},
	{"slack-token", "xoxe.xoxp-1-" + fill(160)},
	{"slack-token", "xoxe-1-" + fill(146)},
	{"slack-token", "xapp-1-" + fill(60)},
	{"slack-webhook", "hooks.slack.com/services/T0001/B0001/" + fill(24)},
	{"teams-webhook", "webhook.office.com/webhookb2/" + fill(36) + "@" + fill(36) + "/IncomingWebhook/" + fill(32)},
	{"discord-webhook", "discord.com/api/webhooks/123456789012345678/" + fill(68)},
	{"telegram-token", "123456789:AA" + fill(33)},
	{"sendgrid-key", "SG." + fill(22) + "." + fill(43)},
	{"brevo-key", "xkeysib-" + fill(64) + "-" + fill(16)},
	{"mailgun-key", "key-" + fill(32)},
	{"stripe-key", "sk_live_" + fill(24)},
	{"stripe-key", "rk_test_" + fill(24)},
	{"stripe-secret", "whsec_" + fill(32)},
	{"square-token", "sq0atp-" + fill(22)},
	{"square-secret", "sq0csp-" + fill(43)},
	{"shopify-token", "shpat_" + fill(32)},
	{"shopify-token", "shpss_" + fill(32)},
	{"flutterwave-key", "FLWSECK_TEST-" + fill(32)},
	{"easypost-key", "EZAK" + fill(54)},
	{"shippo-token", "shippo_live_" + fill(40)},
	{"grafana-token", "glsa_" + fill(32) + "_0a1b2c3d"},
	{"grafana-token", "glc_" + fill(60)},
	{"new-relic-key", "NRAK-" + fill(27)},
	{"dynatrace-token", "dt0c01." + fill(24) + "." + fill(64)},
	{"sentry-token", "sntryu_" + fill(64)},
	{"linear-key", "lin_api_" + fill(40)},
	{"notion-token", "ntn_" + fill(46)},
	{"postman-key", "PMAK-" + fill(24) + "-" + fill(34)},
	{"planetscale-token", "pscale_tkn_" + fill(43)},
	{"prefect-key", "pnu_" + fill(36)},
	{"readme-key", "rdme_" + fill(70)},
	{"supabase-key", "sbp_" + fill(40)},
	{"tailscale-key", "tskey-auth-" + fill(40)},
	{"1password-token", "ops_eyJ" + fill(250)},
	{"adafruit-key", "aio_" + fill(28)},
	{"frameio-token", "fio-u-" + fill(64)},
	{"infracost-key", "ico-" + fill(32)},
	{"settlemint-token", "sm_pat_" + fill(16)},
	{"duffel-token", "duffel_live_" + fill(43)},
	{"age-key", "AGE-SECRET-KEY-1" + digitsUpper(58)},
	{"private-key", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc\n-----END PGP PRIVATE KEY BLOCK-----"},
	{"private-key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nabc\n-----END ENCRYPTED PRIVATE KEY-----"},
	{"jwt", "eyJ" + fill(20) + ".eyJ" + fill(40) + "." + fill(43)},
}

func TestEveryKnownKindIsMasked(t *testing.T) {
	for _, k := range kindsKnown {
		for _, around := range []string{"run %s now", `{"arg":"%s"}`, "KEY=%s", "see (%s)", "%s"} {
			text := strings.Replace(around, "%s", k.token, 1)
			got, n := String(text)
			if n == 0 || strings.Contains(got, k.token[len(k.token)-8:]) {
				t.Errorf("%s in %q became %q", k.kind, text, got)
				continue
			}
			if around == "run %s now" && got != "run [masked:"+k.kind+"] now" {
				t.Errorf("%s became %q", k.kind, got)
			}
		}
	}
}

// What has no form of its own is known by the name before it, in all the ways in which people write that.
func TestSecretsKnownByTheirNames(t *testing.T) {
	value := fill(32)
	for _, name := range []string{
		"ADOBE_CLIENT_SECRET", "algolia_api_key", "ASANA_CLIENT_SECRET", "bitbucket_client_secret", "CISCO_MERAKI_API_KEY", "CLOUDFLARE_API_TOKEN", "codecov_access_token",
		"COHERE_API_TOKEN", "CONFLUENT_SECRET_KEY", "contentful_delivery_api_token", "DD_API_KEY", "DATADOG_ACCESS_TOKEN", "discord_client_secret", "DROPBOX_API_TOKEN",
		"ETSY_ACCESS_TOKEN", "FASTLY_API_TOKEN", "finnhub-access-token", "FRESHBOOKS_ACCESS_TOKEN", "gitter_access_token", "hubspot_api_key", "INTERCOM_API_KEY", "JFROG_API_KEY",
		"kraken_access_token", "kucoin_secret_key", "LAUNCHDARKLY_ACCESS_TOKEN", "linkedin_client_secret", "LOB_API_KEY", "MAILCHIMP_API_KEY", "mapbox_api_token",
		"MATTERMOST_ACCESS_TOKEN", "MAXMIND_LICENSE_SECRET", "OKTA_ACCESS_TOKEN", "plaid_secret_key", "RAPIDAPI_ACCESS_TOKEN", "SENDBIRD_ACCESS_TOKEN", "SNYK_TOKEN", "SONAR_TOKEN",
		"SQUARESPACE_ACCESS_TOKEN", "SUMOLOGIC_ACCESS_KEY", "TRAVIS_ACCESS_TOKEN", "TWILIO_AUTH_TOKEN", "TWITCH_API_TOKEN", "TWITTER_BEARER_TOKEN", "TYPEFORM_API_TOKEN",
		"ZENDESK_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "SharedAccessKey", "AccountKey", "secretAccessKey", "private_key", "SPLUNK_HEC_TOKEN",
	} {
		for _, form := range []string{"%n=%v run", "export %n='%v'", `{"%n": "%v"}`, "%n: %v", `%n = "%v"`, "--%n %v", "--%n=%v"} {
			text := strings.NewReplacer("%n", name, "%v", value).Replace(form)
			if got, n := String(text); n != 1 || strings.Contains(got, value) {
				t.Errorf("%q became %q (%d)", text, got, n)
			}
		}
	}
}

func TestMorePlacesOfPasswords(t *testing.T) {
	for in, want := range map[string]string{
		`aws configure set aws_secret_access_key wJalrXUtnFEMIK7MDENGbPxRfiCY`:       `aws configure set aws_secret_access_key [masked:secret]`,
		`openssl rsa -passin pass:hunter2 -in k`:                                     `openssl rsa -passin pass:[masked:password] -in k`,
		`echo "machine api.test login ada password hunter2" > ~/.netrc`:              `echo "machine api.test login ada password [masked:password]" > ~/.netrc`,
		`redis-cli -h cache -a hunter2 ping`:                                         `redis-cli -h cache -a [masked:password] ping`,
		`ldapsearch -x -D cn=admin -w hunter2 -b dc=acme`:                            `ldapsearch -x -D cn=admin -w [masked:password] -b dc=acme`,
		`zip -P hunter2 out.zip a b`:                                                 `zip -P [masked:password] out.zip a b`,
		`SSHPASS=hunter2 sshpass -e ssh h`:                                           `SSHPASS=[masked:password] sshpass -e ssh h`,
		`curl -H 'Cookie: session=abcdef0123456789; theme=dark' h`:                   `curl -H 'Cookie: [masked:cookie]' h`,
		`curl "https://x.blob.core.windows.net/c?sv=1&sig=abcdefghijklmnopqrstu%3D"`: `curl "https://x.blob.core.windows.net/c?sv=1&sig=[masked:secret]"`,
		`psql postgresql://app:s3cr3t@db.test/app`:                                   `psql postgresql://app:[masked:url-password]@db.test/app`,
		`kubectl create secret generic db --from-literal=password=hunter2`:           `kubectl create secret generic db --from-literal=password=[masked:password]`,
		`curl -H "X-Api-Key: 0123456789abcdef" h`:                                    `curl -H "X-Api-Key: [masked:secret]" h`,
	} {
		if got, _ := String(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestMoreHarmlessTextStays(t *testing.T) {
	for _, in := range []string{
		`grep -a pattern file`, `ls -a /tmp && redis-cli ping`, `wc -w file`, `zip -r out.zip src`, `echo key-value-store`, `git log -w --stat`, `the cookie: none`, `sdk-for-go`,
		`go test -run 'A3-rule'`, `cat secret_santa.txt`, `API-first design`, `https://discord.com/api/webhooks/`, `12:AA`, `type pass: it holds`, `pul-request`, `glass_half`,
		`EAAA`, `hf_dataset`, `the password was forgotten`, `npm run build`, `r8_shrinker`, `echo A2B3C4D5`, `kubectl -n secret-system get pods`, `sha256:0123456789abcdef0123456789abcdef0123456789abcdef`,
	} {
		if got, n := String(in); n > 0 {
			t.Errorf("%s became %s", in, got)
		}
	}
}

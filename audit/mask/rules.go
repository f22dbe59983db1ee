package mask

// rule finds one kind of secret. Its keyword is at least three bytes long; find gets the place behind it and gives the
// secret's place, or an empty one where there is none.
type rule struct {
	kind    string
	keyword string // in lower case unless exact
	exact   bool   // case counts
	word    bool   // no letter or digit may stand before
	find    func(text string, after int) (from, to int)
}

// key is a rule for a token that begins with a fixed prefix: so many characters of a set follow it.
func key(kind, prefix string, set charset, least int) rule {
	return rule{kind: kind, keyword: prefix, exact: true, word: true, find: func(text string, after int) (int, int) {
		end := run(text, after, set)
		if end-after < least {
			return 0, 0
		}
		return after - len(prefix), end
	}}
}

// rules, in the order in which they are tried at the same place. It is data only, laid out by the linker and a few calls;
// nothing is compiled.
var rules = []rule{
	key("ambit-token", "ambit_", word, 20),
	key("aws-access-key", "AKIA", upper, 16),
	key("aws-access-key", "ASIA", upper, 16),
	key("github-token", "ghp_", word, 30),
	key("github-token", "gho_", word, 30),
	key("github-token", "ghu_", word, 30),
	key("github-token", "ghs_", word, 30),
	key("github-token", "ghr_", word, 30),
	key("github-token", "github_pat_", word, 40),
	key("gitlab-token", "glpat-", dashed, 18),
	key("gitlab-token", "gldt-", dashed, 18),
	key("gitlab-token", "glrt-", dashed, 18),
	key("slack-token", "xoxb-", dashed, 10),
	key("slack-token", "xoxp-", dashed, 10),
	key("slack-token", "xoxa-", dashed, 10),
	key("slack-token", "xoxr-", dashed, 10),
	key("slack-token", "xoxs-", dashed, 10),
	key("slack-token", "xapp-", dashed, 10),
	key("slack-webhook", "hooks.slack.com/services/", path, 20),
	key("google-api-key", "AIza", dashed, 35),
	key("google-oauth-token", "ya29.", dashed, 20),
	key("google-oauth-secret", "GOCSPX-", dashed, 20),
	key("anthropic-key", "sk-ant-", dashed, 20),
	key("openai-key", "sk-", dashed, 32),
	key("stripe-key", "sk_live_", word, 16),
	key("stripe-key", "sk_test_", word, 16),
	key("stripe-key", "rk_live_", word, 16),
	key("stripe-secret", "whsec_", word, 16),
	key("npm-token", "npm_", alnum, 36),
	key("pypi-token", "pypi-", dashed, 40),
	key("hugging-face-token", "hf_", alnum, 30),
	key("docker-token", "dckr_pat_", dashed, 20),
	key("sendgrid-key", "SG.", dotted, 40),
	key("digitalocean-token", "dop_v1_", alnum, 60),
	key("shopify-token", "shpat_", alnum, 30),
	key("grafana-token", "glsa_", word, 30),
	key("vault-token", "hvs.", dashed, 20),
	key("linear-key", "lin_api_", alnum, 30),
	key("age-key", "AGE-SECRET-KEY-", upper, 50),
	{kind: "private-key", keyword: "-----BEGIN ", exact: true, find: privateKey},
	{kind: "jwt", keyword: "eyJ", exact: true, word: true, find: jwt},
	{kind: "url-password", keyword: "://", find: urlPassword},
	{kind: "authorization", keyword: "bearer ", word: true, find: credential},
	{kind: "authorization", keyword: "authorization: basic ", word: true, find: credential},
	{kind: "authorization", keyword: "authorization: token ", word: true, find: credential},
	{kind: "password", keyword: " -u ", find: userPassword},
	{kind: "password", keyword: " --user ", find: userPassword},
	{kind: "password", keyword: " -p", exact: true, find: shortPassword},
	{kind: "password", keyword: "password", find: password},
	{kind: "password", keyword: "passwd", find: password},
	{kind: "password", keyword: "passphrase", find: password},
	{kind: "password", keyword: "pgpass", find: password},
	{kind: "password", keyword: "mysql_pwd", find: password},
	{kind: "secret", keyword: "secret", find: secret},
	{kind: "secret", keyword: "token", find: secret},
	{kind: "secret", keyword: "api_key", find: secret},
	{kind: "secret", keyword: "api-key", find: secret},
	{kind: "secret", keyword: "apikey", find: secret},
	{kind: "secret", keyword: "access_key", find: secret},
	{kind: "secret", keyword: "accountkey", find: secret},
	{kind: "secret", keyword: "private_key", find: secret},
	{kind: "secret", keyword: "authorization", find: secret},
}

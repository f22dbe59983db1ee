package mask

import "slices"

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
var rules = slices.Concat(providers, places)

// places are where secrets of any form stand: behind options, names and headers, in URLs and blocks.
var places = []rule{
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
	{kind: "secret", keyword: "accesskey", find: secret},
	{kind: "secret", keyword: "aws_secret_access_key ", find: longWord},
	{kind: "secret", keyword: "aws_session_token ", find: longWord},
	{kind: "secret", keyword: "&sig=", find: longWord},
	{kind: "secret", keyword: "?sig=", find: longWord},
	{kind: "cookie", keyword: "cookie: ", find: header},
	{kind: "password", keyword: "sshpass", find: password},
	{kind: "password", keyword: " pass:", find: word1},
	{kind: "password", keyword: " password ", find: netrc},
	{kind: "password", keyword: " -a ", exact: true, find: shortOf("redis-cli", "valkey-cli")},
	{kind: "password", keyword: " -w ", exact: true, find: shortOf("ldapsearch", "ldapadd", "ldapmodify", "ldappasswd", "ldapdelete", "ldapwhoami")},
	{kind: "password", keyword: " -P ", exact: true, find: shortOf("zip", "unzip")},
}

// A SAML identity provider of Auth0's samlp on loopback, for tests only. Whoever names a user is signed in.
//
//   PORT=8081 DIR=… ACS=… [AUDIENCE=…] [SIGN_RESPONSE=1] [ENCRYPT=aes256-gcm] [SIGNATURE=rsa-sha1 DIGEST=sha1] node idp.js
//
// DIR holds idp.key and idp.crt (PEM), and sp.crt (PEM) where ENCRYPT is set. Prints "ready" on its own line.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createPublicKey } = require('node:crypto');
const express = require('express');
const samlp = require('samlp');

const { PORT, DIR, ACS, SIGN_RESPONSE, ENCRYPT, SIGNATURE, DIGEST } = process.env;
const issuer = `http://127.0.0.1:${PORT}/idp`;
const people = {
  alice: { name: 'Alice Admin', groups: ['admins', 'eng'] },
  bob: { name: 'Bob Builder', groups: ['eng'] },
};
const ciphers = {
  'aes128-cbc': 'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
  'aes256-cbc': 'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
  'aes128-gcm': 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'aes256-gcm': 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
};

// Profile is what samlp asks about a user.
class Profile {
  constructor(user) {
    this.user = user;
  }
  getClaims() {
    return { email: `${this.user}@example.test`, displayName: people[this.user].name, groups: people[this.user].groups };
  }
  getNameIdentifier() {
    return { nameIdentifier: `id-${this.user}`, nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' };
  }
}
Profile.prototype.metadata = [{ id: 'email', optional: true, displayName: 'E-mail', description: 'E-mail address' }];
Profile.metadata = Profile.prototype.metadata;

const options = {
  issuer,
  key: fs.readFileSync(path.join(DIR, 'idp.key')),
  cert: fs.readFileSync(path.join(DIR, 'idp.crt')),
  signResponse: SIGN_RESPONSE === '1',
  signatureAlgorithm: SIGNATURE || 'rsa-sha256',
  digestAlgorithm: DIGEST || 'sha256',
  lifetimeInSeconds: 300,
  destination: ACS, // samlp's own default is the audience
  recipient: ACS,
  profileMapper: (user) => new Profile(user),
  getUserFromRequest: (req) => req.user,
  getPostURL: (_audience, _dom, _req, done) => done(null, ACS),
};
if (ENCRYPT) {
  options.encryptionCert = fs.readFileSync(path.join(DIR, 'sp.crt'));
  options.encryptionPublicKey = createPublicKey(options.encryptionCert).export({ type: 'spki', format: 'pem' });
  options.encryptionAlgorithm = ciphers[ENCRYPT];
  options.disallowEncryptionWithInsecureAlgorithm = false; // CBC counts as insecure, and is what many providers use
}

const app = express();
app.use(express.urlencoded({ extended: false }));
app.get('/metadata', samlp.metadata({
  issuer, cert: options.cert, redirectEndpointPath: '/sso', postEndpointPath: '/sso', endpointPath: '/sso', profileMapper: Profile,
}));
app.get('/sso', (req, res) => {
  const query = new URLSearchParams(req.query).toString().replace(/&/g, '&amp;');
  res.send(`<form method="post" action="/sso?${query}"><input type="text" name="username"><button>Sign in</button></form>`);
});
app.post('/sso', (req, res, next) => {
  if (!Object.hasOwn(people, req.body.username)) return res.status(401).send('nobody by that name');
  req.user = req.body.username;
  req.method = 'GET'; // the request for authentication came by redirect
  return samlp.auth(options)(req, res, next);
});
app.use((error, _req, res, _next) => {
  console.error(error);
  res.status(500).send('failed');
});
app.listen(Number(PORT), '127.0.0.1', () => console.log('ready'));

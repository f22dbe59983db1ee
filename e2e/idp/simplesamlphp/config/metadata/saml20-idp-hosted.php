<?php
// The identity provider. NameIDs are persistent, made from uid.
$metadata['http://127.0.0.1:' . getenv('IDP_PORT') . '/idp'] = [
    'host' => '__DEFAULT__',
    'auth' => 'people',
    'privatekey' => 'idp.key',
    'certificate' => 'idp.crt',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'saml20.sign.response' => getenv('IDP_SIGN_RESPONSE') === '1',
    'saml20.sign.assertion' => getenv('IDP_SIGN_ASSERTION') === '1',
    'assertion.encryption' => getenv('IDP_ENCRYPT') === '1', // always aes128-cbc under a key for rsa-oaep-mgf1p
    'redirect.validate' => getenv('IDP_WANT_SIGNED') === '1',
    'redirect.sign' => getenv('IDP_WANT_SIGNED') === '1',
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
    'authproc' => [
        3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'uid', 'Format' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
    ],
];

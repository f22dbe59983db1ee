<?php
// SimpleSAMLphp as a SAML identity provider on loopback, for tests only: Debian's defaults with what follows changed.
// The folder IDP_DIR holds the key pair (idp.key, idp.crt), the service provider's metadata (sp.xml) and all state.
$secret = null;
require '/etc/simplesamlphp/config.php';

$dir = getenv('IDP_DIR');
$config = array_merge($config, [
    'baseurlpath' => 'http://127.0.0.1:' . getenv('IDP_PORT') . '/',
    'certdir' => "$dir/",
    'datadir' => "$dir/",
    'loggingdir' => "$dir/",
    'tempdir' => "$dir/tmp",
    'metadatadir' => __DIR__ . '/metadata/',
    'metadata.sources' => [['type' => 'flatfile'], ['type' => 'xml', 'file' => "$dir/sp.xml"]],
    'timezone' => 'UTC',
    'secretsalt' => 'for tests only',
    'auth.adminpassword' => bin2hex(random_bytes(16)),
    'logging.handler' => 'file',
    'enable.saml20-idp' => true,
    'session.cookie.secure' => false, // plain http on loopback
    'session.cookie.samesite' => null,
    'session.phpsession.savepath' => "$dir/sessions",
    'module.enable' => ['core' => true, 'exampleauth' => true, 'saml' => true],
]);

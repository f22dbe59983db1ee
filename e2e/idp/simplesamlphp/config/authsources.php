<?php
// People and their passwords.
$config = [
    'admin' => ['core:AdminPassword'],
    'people' => ['exampleauth:UserPass',
        'alice:alice' => ['uid' => ['alice'], 'mail' => ['alice@example.test'], 'displayName' => ['Alice Admin'], 'groups' => ['admins', 'eng']],
        'bob:bob' => ['uid' => ['bob'], 'mail' => ['bob@example.test'], 'displayName' => ['Bob Builder'], 'groups' => ['eng']],
    ],
];

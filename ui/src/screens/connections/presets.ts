import type { ConnectionUrls } from '../../api/generated'
import { google, type Values } from './values'

export type Provider = 'okta' | 'entra' | 'google' | 'keycloak' | 'other'

export const providers: { value: Provider; label: string }[] = [
  { value: 'okta', label: 'Okta' },
  { value: 'entra', label: 'Microsoft Entra ID' },
  { value: 'google', label: 'Google Workspace' },
  { value: 'keycloak', label: 'Keycloak' },
  { value: 'other', label: 'Another provider' },
]

interface Preset {
  steps: string[] // what to do at the provider, in order
  labels: Partial<Record<keyof ConnectionUrls, string>> // what the provider calls our addresses
  values: Partial<Values>
  hints: Partial<Record<keyof Values, string>>
}

const claims = {
  email: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  oid: 'http://schemas.microsoft.com/identity/claims/objectidentifier',
  name: 'http://schemas.microsoft.com/identity/claims/displayname',
  groups: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
}

const oidc: Record<Provider, Preset> = {
  okta: {
    steps: [
      'Applications → Create App Integration → OIDC, Web Application.',
      'Enter the addresses below, and turn on the refresh token grant.',
      'On the tab Sign On, set the groups claim: name groups, Matches regex .* (or only the groups that Ambit needs).',
      'On the tab Assignments, assign the people or groups who may use Ambit.',
    ],
    labels: {
      callback: 'Sign-in redirect URI',
      post_logout: 'Sign-out redirect URI',
      backchannel_logout: 'Back-channel logout URI',
    },
    values: {
      scopes: ['openid', 'profile', 'email', 'groups'],
      offline_access: true,
      groups_claim: 'groups',
    },
    hints: { issuer: 'https://acme.okta.com', client_id: 'General → Client ID' },
  },
  entra: {
    steps: [
      'App registrations → New registration, for accounts in this directory only.',
      'Authentication → add the platform Web with the redirect URI below.',
      'Certificates & secrets → New client secret; copy its value.',
      'Token configuration → Add groups claim → Groups assigned to the application. With “All groups” Entra leaves the list out for people in many groups.',
      'Token configuration → Add optional claim → ID, email.',
    ],
    labels: { callback: 'Redirect URI', post_logout: 'Front-channel logout is not used; sign-out redirect' },
    values: { subject_claim: 'oid', offline_access: true, groups_claim: 'groups' },
    hints: {
      issuer: 'https://login.microsoftonline.com/TENANT-ID/v2.0',
      groups_claim: 'Entra sends the groups’ object ids: write those into the policy and into role rules.',
      subject_claim: 'oid is the id that Entra’s SCIM sends too.',
    },
  },
  google: {
    steps: [
      'Google Cloud console → APIs & Services → OAuth consent screen: Internal.',
      'Credentials → Create credentials → OAuth client ID → Web application, with the redirect URI below.',
      'Enter your Workspace domain below: Ambit takes only accounts that Google says are of it.',
      'Google sends no groups: give everybody who signs in a group of your choice below.',
    ],
    labels: { callback: 'Authorised redirect URI' },
    values: { issuer: google, groups_from: 'none', offline_access: true },
    hints: { fixed_groups: 'Such as engineers: the policy’s tiers go by groups, and Google sends none.' },
  },
  keycloak: {
    steps: [
      'Clients → Create client → OpenID Connect, with Client authentication on and the standard flow.',
      'Enter the addresses below; copy the secret from the tab Credentials.',
      'Client scopes → the client’s dedicated scope → Add mapper → Group Membership: token claim name groups, full group path off.',
    ],
    labels: {
      callback: 'Valid redirect URI',
      post_logout: 'Valid post logout redirect URI',
      backchannel_logout: 'Backchannel logout URL',
    },
    values: { offline_access: true, groups_claim: 'groups' },
    hints: { issuer: 'https://keycloak.example.com/realms/acme' },
  },
  other: {
    steps: [
      'Create a confidential web client with the authorization code flow, and enter the addresses below.',
      'Let the ID token or the userinfo endpoint carry e-mail address, name and groups.',
    ],
    labels: {},
    values: {},
    hints: { issuer: 'Exactly as in the provider’s discovery document, with or without a trailing slash.' },
  },
}

const saml: Record<Provider, Preset> = {
  okta: {
    steps: [
      'Applications → Create App Integration → SAML 2.0.',
      'Enter the addresses below; Name ID format Persistent or EmailAddress.',
      'Attribute Statements: email → user.email, name → user.displayName. Group Attribute Statements: groups, Matches regex .*',
      'Sign On → copy the Metadata URL.',
    ],
    labels: { acs: 'Single sign-on URL', entity_id: 'Audience URI (SP Entity ID)' },
    values: { email_attribute: 'email', name_attribute: 'name', groups_attribute: 'groups' },
    hints: { metadata_url: 'https://acme.okta.com/app/…/sso/saml/metadata' },
  },
  entra: {
    steps: [
      'Enterprise applications → New application → Create your own → Single sign-on → SAML.',
      'Enter the addresses below, or upload our metadata.',
      'Attributes & Claims → Add a group claim → Groups assigned to the application, source attribute Group ID.',
      'SAML Certificates → copy the App Federation Metadata Url.',
    ],
    labels: { acs: 'Reply URL (Assertion Consumer Service URL)', entity_id: 'Identifier (Entity ID)' },
    values: {
      subject: claims.oid,
      email_attribute: claims.email,
      name_attribute: claims.name,
      groups_attribute: claims.groups,
    },
    hints: {
      metadata_url:
        'https://login.microsoftonline.com/TENANT-ID/federationmetadata/2007-06/federationmetadata.xml?appid=…',
    },
  },
  google: {
    steps: [
      'Admin console → Apps → Web and mobile apps → Add custom SAML app; download the metadata.',
      'Enter the addresses below, with Name ID format PERSISTENT and Signed response on.',
      'Attribute mapping: Primary email → email, First name → name; Group membership → groups, with the groups that Ambit needs.',
    ],
    labels: { acs: 'ACS URL', entity_id: 'Entity ID' },
    values: { email_attribute: 'email', name_attribute: 'name', groups_attribute: 'groups' },
    hints: { metadata: 'Google has no metadata address: paste the file that it lets you download.' },
  },
  keycloak: {
    steps: [
      'Clients → Create client → SAML, with the Entity ID below as client ID; or import our metadata.',
      'Settings: Name ID format persistent, Sign assertions on.',
      'Client scopes → the dedicated scope → mappers for email, name, and Group list as groups (single attribute on, full path off).',
    ],
    labels: { acs: 'Master SAML processing URL', entity_id: 'Client ID' },
    values: { email_attribute: 'email', name_attribute: 'name', groups_attribute: 'groups' },
    hints: { metadata_url: 'https://keycloak.example.com/realms/acme/protocol/saml/descriptor' },
  },
  other: {
    steps: [
      'Create a SAML 2.0 service provider with the addresses below, or import our metadata from the entity ID’s address.',
      'Sign assertions, and send e-mail address, name and groups as attributes.',
    ],
    labels: {},
    values: {},
    hints: {},
  },
}

const workload: Preset = {
  steps: [
    'Let the CI job ask for an ID token whose audience is one that you name below.',
    'Exchange it with Ambit at /oauth/token (RFC 8693). Only tokens that have every claim you require are accepted.',
  ],
  labels: {},
  values: {},
  hints: {
    issuer: 'GitHub: https://token.actions.githubusercontent.com · GitLab: https://gitlab.example.com',
  },
}

/** presetOf is what is known about connecting a provider in a protocol. */
export function presetOf(kind: 'oidc' | 'saml' | 'workload', provider: Provider): Preset {
  if (kind === 'workload') return workload
  return (kind === 'oidc' ? oidc : saml)[provider]
}

export const urlLabels: Required<ConnectionUrls> = {
  callback: 'Redirect URI',
  backchannel_logout: 'Back-channel logout address',
  post_logout: 'Address after signing out',
  entity_id: 'Entity ID, and address of our metadata',
  acs: 'Assertion consumer service (ACS)',
  scim: 'SCIM base URL',
}

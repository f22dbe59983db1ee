import type { SinkKind } from '../../api/generated'

/** Field is one thing that a kind wants to know. Names stand for members of the kind's part of the spec, or for a secret. */
export interface Field {
  name: string
  label: string
  kind: 'text' | 'secret' | 'flag' | 'choice' | 'list'
  description?: string
  placeholder?: string
  required?: boolean
  choices?: { value: string; label: string }[]
}

export interface Kind {
  label: string
  description: string
  zips: boolean
  fields: Field[]
}

const header: Field[] = [
  {
    name: 'header',
    label: 'Header',
    kind: 'text',
    description: 'One more header that the receiver asks for',
    placeholder: 'Authorization',
  },
  { name: 'secret:header', label: "Header's value", kind: 'secret' },
]

/** kinds says, for each kind of receiver, what its form asks. */
export const kinds: Record<SinkKind, Kind> = {
  splunk: {
    label: 'Splunk',
    description: 'HTTP Event Collector',
    zips: true,
    fields: [
      {
        name: 'url',
        label: 'URL',
        kind: 'text',
        placeholder: 'https://splunk.example.com:8088',
        required: true,
      },
      { name: 'secret:token', label: 'Token', kind: 'secret', required: true },
      { name: 'index', label: 'Index', kind: 'text', placeholder: 'The default of the token' },
      {
        name: 'ack',
        label: 'Wait for the indexer’s acknowledgement',
        kind: 'flag',
        description: 'The token must have it switched on',
      },
    ],
  },
  datadog: {
    label: 'Datadog',
    description: 'Log intake',
    zips: true,
    fields: [
      { name: 'site', label: 'Site', kind: 'text', placeholder: 'datadoghq.eu', required: true },
      { name: 'secret:api_key', label: 'API key', kind: 'secret', required: true },
      { name: 'service', label: 'Service', kind: 'text', placeholder: 'ambit' },
      {
        name: 'tags',
        label: 'Tags',
        kind: 'list',
        placeholder: 'env:prod, team:security',
        description: 'Separated by commas',
      },
    ],
  },
  webhook: {
    label: 'Webhook',
    description: 'JSON or CloudEvents over HTTP, signed',
    zips: true,
    fields: [
      {
        name: 'url',
        label: 'URL',
        kind: 'text',
        placeholder: 'https://hooks.example.com/ambit',
        required: true,
      },
      {
        name: 'format',
        label: 'Format',
        kind: 'choice',
        choices: [
          { value: 'json', label: 'JSON' },
          { value: 'ndjson', label: 'JSON, one event a line' },
          { value: 'cloudevents', label: 'CloudEvents 1.0' },
        ],
      },
      {
        name: 'secret:signing',
        label: 'Signing secret',
        kind: 'secret',
        placeholder: 'whsec_…',
        description: 'Leave it empty and Ambit makes one',
      },
      ...header,
    ],
  },
  otlp: {
    label: 'OpenTelemetry',
    description: 'OTLP over HTTP',
    zips: true,
    fields: [
      {
        name: 'url',
        label: 'URL',
        kind: 'text',
        placeholder: 'https://collector.example.com/v1/logs',
        required: true,
      },
      ...header,
    ],
  },
  syslog: {
    label: 'Syslog',
    description: 'RFC 5424 over TLS or TCP',
    zips: false,
    fields: [
      {
        name: 'address',
        label: 'Address',
        kind: 'text',
        placeholder: 'logs.example.com:6514',
        required: true,
      },
      {
        name: 'plain',
        label: 'Without TLS',
        kind: 'flag',
        description: 'Within this machine or a private network only',
      },
      {
        name: 'no_confirm',
        label: 'The receiver does not close connections',
        kind: 'flag',
        description: 'What is on its way when a connection breaks may then be lost',
      },
    ],
  },
  file: {
    label: 'File',
    description: 'JSON Lines on the server',
    zips: false,
    fields: [
      {
        name: 'name',
        label: 'File name',
        kind: 'text',
        placeholder: 'audit.jsonl',
        required: true,
        description: 'In the folder that the server was started with (--sink-folder)',
      },
    ],
  },
}

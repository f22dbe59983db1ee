import type { SinkKind } from '../../api/generated'

/** Field is one thing that a form wants to know. Names stand for members of the kind's part of the spec, or for a secret. */
export interface Field {
  name: string
  label: string
  kind: 'text' | 'secret' | 'flag' | 'choice' | 'list' | 'number' | 'pem'
  description?: string
  placeholder?: string
  required?: boolean
  advanced?: boolean // few need it
  choices?: { value: string; label: string }[]
  min?: number // numbers: the bounds, in the field's unit
  max?: number
  unit?: number // numbers: how many of the API's units one of the field's is
  suffix?: string
}

export interface Kind {
  label: string
  description: string
  zips: boolean
  fields: Field[]
  either?: [string, string] // exactly one of these two is set
}

const mebibyte = 2 ** 20

/** common is what every kind can be told. Names are paths in the spec. */
export const common = {
  items: {
    name: 'batch.items',
    label: 'Events in a request',
    kind: 'number',
    placeholder: '500',
    min: 1,
    max: 1000,
    description: 'At most',
  },
  bytes: {
    name: 'batch.bytes',
    label: 'Size of a request',
    kind: 'number',
    placeholder: '1024 KiB',
    min: 64,
    max: 4096,
    unit: 1024,
    suffix: ' KiB',
    description: 'At most, before compression',
  },
  age: {
    name: 'batch.age_ms',
    label: 'Wait for more events',
    kind: 'number',
    placeholder: '1000 ms',
    min: 10,
    max: 60_000,
    suffix: ' ms',
    description: 'Then a request goes as it is',
  },
  alarm: {
    name: 'alarm_after_s',
    label: 'Alarm after a lag of',
    kind: 'number',
    placeholder: '900 s',
    min: 1,
    max: 2_592_000,
    suffix: ' s',
    description: 'The alarm is an event too',
  },
  quotaEvents: {
    name: 'quota.events',
    label: 'Events that may wait',
    kind: 'number',
    placeholder: '5000000',
    min: 1000,
    description: 'Beyond it the oldest are skipped',
  },
  quotaBytes: {
    name: 'quota.bytes',
    label: 'Size of what may wait',
    kind: 'number',
    placeholder: '5120 MiB',
    min: 1,
    unit: mebibyte,
    suffix: ' MiB',
    description: 'The gap is recorded and alarmed',
  },
  gzip: {
    name: 'gzip',
    label: 'Compress requests',
    kind: 'flag',
    description: 'gzip, which every receiver of this kind should take',
  },
  ca: {
    name: 'tls.ca',
    label: 'Certificate authority',
    kind: 'pem',
    description: "PEM, where the receiver's certificate isn't from a public one",
  },
  certificate: {
    name: 'tls.client_certificate',
    label: 'Client certificate',
    kind: 'pem',
    description: 'PEM, for receivers that ask who comes',
  },
  key: {
    name: 'secret:client_key',
    label: 'Client key',
    kind: 'pem',
    description: 'PEM, for that certificate',
  },
} as const satisfies Record<string, Field>

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
        name: 'sourcetype',
        label: 'Source type',
        kind: 'text',
        placeholder: 'ambit:audit',
        description: 'Checkpoints have the same with :checkpoint behind it',
        advanced: true,
      },
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
    either: ['site', 'url'],
    fields: [
      { name: 'site', label: 'Site', kind: 'text', placeholder: 'datadoghq.eu' },
      {
        name: 'url',
        label: 'Or URL',
        kind: 'text',
        placeholder: 'https://datadog-proxy.example.com',
        description: 'Of a proxy that stands for Datadog, instead of the site',
      },
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
      {
        name: 'facility',
        label: 'Facility',
        kind: 'number',
        placeholder: '13',
        min: 1,
        max: 23,
        description: '13 is log audit, 16 to 23 are local0 to local7',
        advanced: true,
      },
      {
        name: 'app_name',
        label: 'Application name',
        kind: 'text',
        placeholder: 'ambit',
        description: 'APP-NAME of each message',
        advanced: true,
      },
      {
        name: 'max_bytes',
        label: 'Longest message',
        kind: 'number',
        placeholder: '1024 KiB',
        min: 2,
        max: 16_384,
        unit: 1024,
        suffix: ' KiB',
        description: 'What the receiver is set to; longer ones are set aside',
        advanced: true,
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
      {
        name: 'rotate_bytes',
        label: 'Begin a new file at',
        kind: 'number',
        placeholder: '100 MiB',
        min: 0.0625,
        unit: mebibyte,
        suffix: ' MiB',
        advanced: true,
      },
      {
        name: 'rotate_hours',
        label: 'And after',
        kind: 'number',
        placeholder: 'By size only',
        min: 0,
        max: 8784,
        suffix: ' hours',
        advanced: true,
      },
      {
        name: 'keep',
        label: 'Older files that stay',
        kind: 'number',
        placeholder: '10',
        min: 1,
        max: 10_000,
        advanced: true,
      },
    ],
  },
}

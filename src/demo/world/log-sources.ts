/** Streams of the demo Graylog by what they hold; ids as MongoDB makes them. The first three are built in. */
export const streamIds = {
  default: '000000000000000000000001',
  events: '000000000000000000000002',
  systemEvents: '000000000000000000000003',
  proxy: '66f1c0de00000000000000a1',
  dns: '66f1c0de00000000000000a2',
  firewall: '66f1c0de00000000000000a3',
  auth: '66f1c0de00000000000000a4',
  hypervisors: '66f1c0de00000000000000a5',
  old: '66f1c0de00000000000000a9',
} as const;

/** Who logs what, how often. Syslog levels: 3 error, 4 warning, 5 notice, 6 info. */
export interface LogSource {
  source: string;
  text: string;
  perSecond: number;
  level?: number;
  facility?: string;
  stream?: string;
  /** It writes no fractions of a second. */
  wholeSeconds?: boolean;
  fields?: Record<string, string | number | bigint | boolean>;
}

const { proxy, dns, firewall, auth, hypervisors } = streamIds;
const perMinute = (n: number): number => n / 60;
const perHour = (n: number): number => n / 3_600;
const http = (status: number, took: number, vhost: string) => ({
  application_name: 'caddy',
  http_status: status,
  took_ms: took,
  vhost,
});

/** About 120 messages a second in all, twelve or so errors an hour. */
export const logSources: readonly LogSource[] = [
  {
    source: 'caddy1',
    text: 'handled request GET /api/states from 10.0.20.{n}',
    perSecond: 22,
    facility: 'local4',
    stream: proxy,
    fields: http(200, 11, 'home.lab.example.net'),
  },
  {
    source: 'caddy1',
    text: 'handled request GET /remote.php/dav/files/{n}',
    perSecond: 8,
    facility: 'local4',
    stream: proxy,
    fields: http(207, 38, 'cloud.lab.example.net'),
  },
  {
    source: 'caddy1',
    text: 'handled request GET /favicon.ico',
    perSecond: perMinute(4),
    level: 5,
    facility: 'local4',
    stream: proxy,
    fields: http(404, 1, 'wiki.lab.example.net'),
  },
  {
    source: 'caddy2',
    text: 'handled request GET /health',
    perSecond: 6,
    facility: 'local4',
    stream: proxy,
    fields: http(200, 2, 'photos.lab.example.net'),
  },
  {
    source: 'dns1',
    text: 'dnsmasq[612]: query[A] time.example.net from 10.0.40.{n}',
    perSecond: 24,
    stream: dns,
    fields: { application_name: 'dnsmasq', query_type: 'A' },
  },
  {
    source: 'dns2',
    text: 'dnsmasq[598]: query[AAAA] time.example.net from 10.0.30.{n}',
    perSecond: 14,
    stream: dns,
    fields: { application_name: 'dnsmasq', query_type: 'AAAA' },
  },
  {
    source: 'dns1',
    text: 'dnsmasq[612]: gravity blocked metrics.example.com is 0.0.0.0',
    perSecond: 3,
    stream: dns,
    fields: { application_name: 'dnsmasq', query_type: 'A' },
  },
  {
    source: 'gw1',
    text: 'filterlog: 4,,,pass,in,4,tcp,10.0.30.62:{n},10.0.30.40:5432',
    perSecond: 21,
    facility: 'local0',
    stream: firewall,
    wholeSeconds: true,
    fields: { application_name: 'filterlog', action: 'pass', dst_port: 5432 },
  },
  {
    source: 'gw1',
    text: 'filterlog: 9,,,block,in,4,tcp,203.0.113.7:{n},198.51.100.20:23',
    perSecond: 2,
    level: 5,
    facility: 'local0',
    stream: firewall,
    wholeSeconds: true,
    fields: { application_name: 'filterlog', action: 'block', dst_port: 23 },
  },
  {
    source: 'authentik',
    text: 'login of operator succeeded from 10.0.20.31',
    perSecond: perMinute(1),
    facility: 'auth',
    stream: auth,
    fields: { application_name: 'authentik', user: 'operator', outcome: 'success' },
  },
  {
    source: 'authentik',
    text: 'login of admin failed from 10.0.10.99: invalid password',
    perSecond: perHour(3),
    level: 4,
    facility: 'auth',
    stream: auth,
    fields: { application_name: 'authentik', user: 'admin', outcome: 'failure' },
  },
  {
    source: 'pve-mini1',
    text: 'pvestatd[1443]: status update time (0.{n} seconds)',
    perSecond: 1,
    stream: hypervisors,
    fields: { application_name: 'pvestatd' },
  },
  {
    source: 'pve-mini3',
    text: 'pvestatd[1391]: status update time (0.{n} seconds)',
    perSecond: 1,
    stream: hypervisors,
    fields: { application_name: 'pvestatd' },
  },
  {
    source: 'pve-mini5',
    text: 'pvestatd[1502]: status update time (0.{n} seconds)',
    perSecond: 1,
    stream: hypervisors,
    fields: { application_name: 'pvestatd' },
  },
  {
    source: 'pve-big1',
    text: 'pvestatd[2210]: status update time (0.{n} seconds)',
    perSecond: 1,
    stream: hypervisors,
    fields: { application_name: 'pvestatd' },
  },
  {
    source: 'home-assistant',
    text: 'Updating state of sensor.power_{n}',
    perSecond: 6,
    // An id of 64 bits, as tracing libraries write them: no double holds it.
    fields: { application_name: 'homeassistant', span_id: 1_764_125_407_261_123_457n },
  },
  {
    source: 'frigate',
    text: 'camera yard: motion {n}',
    perSecond: 3,
    fields: { application_name: 'frigate' },
  },
  {
    source: 'postgres1',
    text: 'postgres[881]: checkpoint complete: wrote {n} buffers',
    perSecond: 2,
    fields: { application_name: 'postgres' },
  },
  {
    source: 'unifi',
    text: 'hostapd: ap-hall: STA {n} associated',
    perSecond: 3,
    fields: { application_name: 'hostapd' },
  },
  {
    source: 'n8n',
    text: 'Execution {n} of workflow 12 finished',
    perSecond: perMinute(6),
    fields: { application_name: 'n8n' },
  },
  {
    source: 'forgejo',
    text: 'router: completed GET /api/v1/repos for 10.0.50.11, 200 OK',
    perSecond: 2,
    fields: { application_name: 'forgejo' },
  },
  {
    source: 'jellyfin',
    text: 'Playback reported for user guest',
    perSecond: perMinute(2),
    fields: { application_name: 'jellyfin' },
  },
  {
    source: 'nextcloud',
    text: 'php-fpm[{n}]: pool www: child exited on signal 11',
    perSecond: perHour(5),
    level: 3,
    fields: { application_name: 'php-fpm' },
  },
  {
    source: 'frigate',
    text: 'ffmpeg[{n}]: camera yard: no frames received, restarting\n  at capture()\n  at restart()',
    perSecond: perHour(4),
    level: 3,
    fields: { application_name: 'ffmpeg', camera: 'yard' },
  },
  {
    source: 'printer1',
    text: 'hpd: toner low',
    perSecond: perHour(3),
    level: 3,
    fields: { application_name: 'hpd' },
  },
  {
    source: 'ups1',
    text: 'self test passed',
    perSecond: perHour(1),
    level: 5,
    fields: { application_name: 'nut' },
  },
];

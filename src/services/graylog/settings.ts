import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';

/** Graylog decodes Basic credentials as US-ASCII (ShiroSecurityContextFilter): anything else can never log in. */
const Ascii = z
  .string()
  .min(1)
  .regex(/^[\x20-\x7e]+$/, 'must be plain ASCII: Graylog cannot read other characters of a login');
const Percent = z.coerce.number().min(1).max(100);

/** The variables of one Graylog, without the prefix `GRAYLOG_`. */
export const config = z
  .object({
    url: HttpUrl.describe('Base URL, with the path prefix if it has one; /api may be left out'),
    token: Ascii.meta({ secret: true }).optional().describe('Access token of a read-only user'),
    username: Ascii.optional().describe('User name, instead of a token'),
    password: Ascii.meta({ secret: true }).optional().describe('Password of that user'),
    error_query: z
      .string()
      .min(1)
      .default('level:[0 TO 3]')
      .describe('What counts as an error, as a Graylog query'),
    spike_factor: z.coerce
      .number()
      .min(1.5)
      .default(5)
      .describe(
        'Errors of the last hour against the hourly mean of the day before: more than this many times is a spike',
      ),
    spike_min: z.coerce
      .number()
      .int()
      .min(1)
      .default(50)
      .describe('Fewer errors an hour than this are never a spike'),
    silence_minutes: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_440)
      .default(15)
      .describe(
        'No new message for so long means that ingest has stopped, where messages used to come',
      ),
    journal_warn_percent: Percent.default(50).describe(
      'How full a journal may become before it is a warning',
    ),
    journal_critical_percent: Percent.default(85).describe(
      'How full a journal may become before it is critical',
    ),
    behind_minutes: z.coerce
      .number()
      .min(1)
      .default(10)
      .describe('How many minutes of unprocessed messages a journal may hold'),
    token_warn_days: z.coerce
      .number()
      .int()
      .min(0)
      .default(7)
      .describe('Warn when the access token ends within this many days'),
  })
  .superRefine(({ token, username, password }, context) => {
    const report = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (token && (username || password))
      report('token', 'is set beside a username or password, and only one of the two can be sent');
    else if (username && !password) report('password', 'is missing');
    else if (password && !username) report('username', 'is missing');
    else if (!token && !username)
      report('token', 'is missing (or a username and password instead of it)');
  });

/** Every option of `graylog.conf` is a variable of the container image: the families there are, and those options that stand alone. */
export const foreign = {
  names: [
    /^GRAYLOG_(?:TRANSPORT_EMAIL_\w+|ROOT_USERNAME|HTTP_\w+|(?:ELASTICSEARCH|OPENSEARCH|INDEXER|MONGODB|TELEMETRY|PROMETHEUS)_\w+|WEB_ENDPOINT_\w+)$/,
  ],
  families: [
    /^GRAYLOG_(?:TRANSPORT|HTTP|ROOT|PASSWORD_SECRET|MONGODB|ELASTICSEARCH|OPENSEARCH|INDEXER|DATANODE|REST|WEB|PROCESSBUFFER|OUTPUTBUFFER|OUTPUT|INPUTBUFFER|RING|INBUFFER|MESSAGE_JOURNAL|MESSAGE_CACHE|STREAM|LB|STALE|ALERT_CHECK|ASYNC_EVENTBUS|SYNC_EVENTBUS|SERVER|JAVA|PLUGIN|BIN|DATA|CONTENT_PACKS|PROXIED|TRUSTED_PROXIES|ENABLED_TLS|GC_WARNING|DNS_RESOLVER|PROMETHEUS|LDAP|USER_PASSWORD|ALLOW|ROTATION|RETENTION|INDEX|DEFAULT|FIELD_VALUE|SHUTDOWN|OUTPUT_MODULE|LOAD|JOB_SCHEDULER|LEADER|LOCK_SERVICE|INTEGRATIONS|GEO|MINIMUM|GLOBAL_INPUTS|TELEMETRY|SELFSIGNED|SAFE|CA|PREFLIGHT|INSTALL|COLLECTORS|SEARCH|METRICS|STATIC)_/,
    /^GRAYLOG_(?:TIMEZONE|HOME|VERSION|PORT|IS_LEADER|IS_MASTER|NODE_ID_FILE|NODE_NAME|ALLOW_HIGHLIGHTING|DISABLE_SIGAR|PASSWORD_SECRET)(?:_FILE)?$/,
    // The image reads `GRAYLOG_<OPTION>__FILE`, with two underscores.
    /__FILE$/,
  ],
};

/** What the client and the check-up need of the configuration. */
export interface Settings {
  /** Whose permissions apply, where the configuration says so; a token does not tell. */
  username?: string | undefined;
  /** A token, and no password, is what Lares comes with. */
  byToken: boolean;
  tokenWarnDays: number;
  /** Lucene. */
  errorQuery: string;
  /** Times the hourly mean of the day before. */
  spikeFactor: number;
  /** Errors an hour. */
  spikeMin: number;
  silenceMinutes: number;
  /** Shares, 0..1. */
  journalWarn: number;
  journalCritical: number;
  behindMinutes: number;
}

import * as z from 'zod';
import { HttpUrl } from '../../core/config/http-url.ts';

/** The variables, `N8N_…`. */
export const config = z.object({
  url: HttpUrl.describe('Base URL, as in the browser, without N8N_PATH'),
  api_key: z
    .string()
    .regex(/^\S+$/, 'must be one key without blanks')
    .meta({ secret: true })
    .describe('API key (Settings > n8n API)'),
  stuck_minutes: z.coerce
    .number()
    .int()
    .min(1)
    .default(360)
    .describe('A run that lasts longer than this is stuck (minutes)'),
  key_warn_days: z.coerce
    .number()
    .int()
    .min(0)
    .default(14)
    .describe('Warn when the API key ends within this many days'),
});

/** Variables of n8n itself, by the families of its documentation, and those that stand alone. */
export const foreign = {
  names: [
    /^N8N_(?:\w+_BASE_URL|VERSION_NOTIFICATIONS_\w+|LICENSE_\w+|AI_(?:ASSISTANT|OPENAI|ANTHROPIC|PINECONE|PROVIDER)_\w+|SSO_(?:OIDC|SAML|LDAP)_\w+|EXTERNAL_(?:STORAGE|SECRETS|HOOK|FRONTEND)_\w+|OTEL_\w+|RUNNERS_\w+|POSTHOG_\w+|WEBHOOK_(?:TUNNEL_)?URL)$/,
  ],
  families: [
    /^N8N_(?:EDITOR|AI|ASSISTANT|AUTH|AVAILABLE|BASIC|BINARY|BLOCK|CACHE|COLOR|COMMUNITY|CONCURRENCY|CONFIG|CONTENT|CORS|CREDENTIALS|CRASH|CUSTOM|DATA_TABLE|DB|DEFAULT|DEV|DIAGNOSTICS|DISABLE|DISABLED|DYNAMIC|EAGER|EMAIL|ENCRYPTION|ENDPOINT|ENFORCE|ENV|EVAL|EVALUATION|EVENTBUS|EXECUTION|EXECUTIONS|EXPRESSION|EXTERNAL|FOLDERS|FORMDATA|FRONTEND|GIT|GRACEFUL|HIDE|HIRING|HOST|IMPORT|INBOUND|INSIGHTS|INSTANCE|INVITE|JWT|LICENSE|LISTEN|LOG|LOGS|MCP|METRICS|MFA|MIGRATE|MULTI|NATIVE|NODE|NODES|NOTIFICATIONS|ONBOARDING|OTEL|OVERRIDE|PARTIAL|PASSWORD|PATH|PAYLOAD|PERSONAL|PERSONALIZATION|PERSISTENCE|PREVIEW|PROCESS|PROTOCOL|PROVISIONING|PROXY|PUBLIC|PUSH|QUEUE|REDIS|REINSTALL|RELEASE|RESTRICT|RUNNERS|SAMESITE|SCALING|SEC|SECURE|SECURITY|SENTRY|SKIP|SMTP|SOURCE|SSL|SSO|SSRF|SYNC|TASK|TEMPLATES|TRIGGER|TRUST|TUNNEL|UM|UNVERIFIED|USER|USE|VERIFIED|VERSION|WAIT|WEBHOOK|WORKER|WORKFLOW|WORKFLOWS|WORKFLOWHISTORY)(?:_|$)/,
    /^N8N_PORT$/,
  ],
};

/** What the client knows besides the address. */
export interface Settings {
  stuckMinutes: number;
  keyWarnDays: number;
  /** Milliseconds since the epoch; undefined: the key tells no end, or has none. */
  keyEndsAt: number | undefined;
}

/** Where n8n and its API stand. `url` is `https://host/path` as the editor has it, or the API itself (its first segment can be renamed by N8N_PUBLIC_API_ENDPOINT). */
export function addressesOf(url: string): { root: string; api: string } {
  const base = url.replace(/\/+$/, '');
  const [, root] = /^(.+?)\/[^/]+\/v1$/.exec(base) ?? [];
  return root ? { root, api: base } : { root: base, api: `${base}/api/v1` };
}

/** When a key ends, in milliseconds; keys are JWTs, and the oldest kind (`n8n_api_…`) tells nothing. */
export function expiryOf(key: string): number | undefined {
  const [, claims = ''] = key.split('.');
  const end = /"exp":(\d{9,11})\b/.exec(Buffer.from(claims, 'base64url').toString())?.[1];
  return end === undefined ? undefined : Number(end) * 1000;
}

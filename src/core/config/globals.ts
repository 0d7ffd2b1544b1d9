import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { nearest } from '../base/nearest.ts';
import { networkFields, networkSetting } from './network.ts';
import { levels, type Level } from '../gate/policy.ts';
import { parseProtectRules, globPattern, type Rule } from '../gate/protect.ts';
import { issueMessage, type Env } from './env.ts';

/** `LARES_…`: what holds for the whole process. */
export interface Globals {
  writes: Level;
  stateDir: string;
  mute: readonly Mute[];
  protect: readonly Rule[];
  killSwitch: string | undefined;
  sealKeyFile: string | undefined;
  /** What several replicas share; none: the state folder is all there is. */
  stateUrl: string | undefined;
  /** How long the code of a preview is good, in milliseconds. */
  codeMs: number;
  /** How long one service may take for its check-up, in milliseconds. */
  deadlineMs: number;
  /** A folder of the operator's own Markdown. */
  docs: string | undefined;
  /** How often health is looked at while somebody listens, in milliseconds. */
  refreshMs: number;
  problems: readonly string[];
}

/** A finding an operator knows about. `*` stands for anything. */
export interface Mute {
  pattern: string;
  /** Last day it is silent, in milliseconds; none: for good. */
  until?: number | undefined;
}

export const globalFields = {
  writes: z
    .enum(levels)
    .default('confirm')
    .describe(`How far writes are trusted: ${levels.join(', ')}`),
  state_dir: z
    .string()
    .optional()
    .describe('Where the journal, the codes and their key live (default: ~/.local/state/lares)'),
  mute: z
    .string()
    .default('')
    .describe('Known findings, silent but counted: service.kind/subject, service.*@2027-01-31'),
  protect: z
    .string()
    .default('')
    .describe(
      'What no write may touch: vmid:100-110, tag:production, name:db-*, dns:*.example.net',
    ),
  kill_switch: z.string().optional().describe('While this file exists, no write is carried out'),
  seal_key_file: z
    .string()
    .optional()
    .describe('Key for codes and journal (default: one of its own in the state folder)'),
  code_ttl_s: z.coerce
    .number()
    .int()
    .min(10)
    .max(86_400)
    .default(600)
    .describe('How long the code of a preview is good'),
  deadline_ms: z.coerce
    .number()
    .int()
    .min(200)
    .max(120_000)
    .default(4_000)
    .describe('How long service_health waits for one service'),
  docs: z
    .string()
    .optional()
    .describe(
      'A folder of Markdown about this homelab, served as resources and searched by docs_search',
    ),
  refresh_s: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(60)
    .describe('How often health is looked at while a client listens for changes'),
  log_level: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('What is logged to stderr'),
} as const;

/** A global that cannot be understood is reported, and the safe value stands in for it. `kinds`: what rules of protection may begin with. */
export function readGlobals(env: Env, kinds: readonly string[] = []): Globals {
  const problems: string[] = [];
  const read = <K extends keyof typeof globalFields>(
    field: K,
    safe: z.output<(typeof globalFields)[K]>,
  ): z.output<(typeof globalFields)[K]> => {
    const variable = `LARES_${field.toUpperCase()}`;
    const parsed = globalFields[field].safeParse(env[variable] || undefined);
    if (parsed.success) return parsed.data as z.output<(typeof globalFields)[K]>;
    const [issue] = parsed.error.issues;
    problems.push(`${variable}: ${issue ? issueMessage(issue) : 'not understood'}`);
    return safe;
  };
  for (const variable of Object.keys(env)) {
    const field = variable.startsWith('LARES_') ? variable.slice(6).toLowerCase() : undefined;
    const plain = field?.replace(/_file$/, '') ?? '';
    if (
      field === undefined ||
      field in globalFields ||
      field in networkFields ||
      plain in networkFields
    )
      continue;
    const near = nearest(field, Object.keys({ ...globalFields, ...networkFields }));
    problems.push(
      `${variable} is not known${near ? `. Did you mean LARES_${near.toUpperCase()}?` : ''}`,
    );
  }
  const unprotected: string[] = [];
  const protect = parseProtectRules(read('protect', ''), unprotected, kinds);
  problems.push(...unprotected.map((problem) => `${problem}, so writes are off`));
  const stateUrl = networkSetting(env, 'state_url');
  const keyless = stateUrl !== undefined && !env['LARES_SEAL_KEY_FILE'];
  if (keyless)
    problems.push(
      'LARES_STATE_URL needs LARES_SEAL_KEY_FILE, one key for all replicas, so writes are off',
    );
  const writes = read('writes', 'off');
  return {
    writes: unprotected.length > 0 || keyless ? 'off' : writes,
    stateUrl,
    protect,
    killSwitch: read('kill_switch', undefined),
    sealKeyFile: read('seal_key_file', undefined),
    codeMs: read('code_ttl_s', 600) * 1000,
    stateDir:
      read('state_dir', undefined) ??
      join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'lares'),
    deadlineMs: read('deadline_ms', 4_000),
    docs: read('docs', undefined),
    refreshMs: read('refresh_s', 60) * 1000,
    mute: read('mute', '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean)
      .flatMap((one) => muteFrom(one, problems)),
    problems,
  };
}

function muteFrom(text: string, problems: string[]): Mute[] {
  const [pattern = '', day] = text.split('@');
  const until = day === undefined ? undefined : Date.parse(`${day}T23:59:59Z`);
  if (until === undefined || !Number.isNaN(until)) return [{ pattern, until }];
  problems.push(`LARES_MUTE: ${text}: the date is not like 2027-01-31, so this is not muted`);
  return [];
}

export const isMuted = (id: string, mutes: readonly Mute[], now: number): boolean =>
  mutes.some(
    ({ pattern, until }) => (until === undefined || now <= until) && globPattern(pattern).test(id),
  );

import * as z from 'zod';
import { levels } from '../gate/policy.ts';
import { variable } from './variables.ts';

/** From nothing to everything. */
export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
/** How much is logged. */
export type LogLevel = (typeof logLevels)[number];

/** Any text names something: a file, a folder, or a list whose parts are judged where they are taken apart. */
const text = (): z.ZodType<string> => z.string();
const whole = (min: number, max: number) => (): z.ZodType<number> =>
  z.coerce.number().int().min(min).max(max);

/** `LARES_…`: what holds for the whole process, whichever way it speaks. */
export const globalVariables = {
  writes: variable({
    description: `How far writes are trusted: ${levels.join(', ')}`,
    default: 'confirm',
    schema: () => z.enum(levels),
  }),
  state_dir: variable({
    description: 'Where the journal, the codes and their key live (default: ~/.local/state/lares)',
    kind: 'path',
    anchored: true,
    default: undefined,
    schema: text,
  }),
  mute: variable({
    description: 'Known findings, silent but counted: service.kind/subject, service.*@2027-01-31',
    default: '',
    kind: 'lines',
    schema: text,
  }),
  protect: variable({
    description:
      'What no write may touch: vmid:100-110, tag:production, name:db-*, dns:*.example.net',
    default: '',
    kind: 'lines',
    schema: text,
  }),
  kill_switch: variable({
    description: 'While this file exists, no write is carried out',
    default: undefined,
    kind: 'path',
    anchored: true,
    schema: text,
  }),
  seal_key_file: variable({
    description: 'Key for codes and journal (default: one of its own in the state folder)',
    kind: 'path',
    anchored: true,
    default: undefined,
    schema: text,
  }),
  code_ttl_s: variable({
    description: 'How long the code of a preview is good',
    default: 600,
    schema: whole(10, 86_400),
  }),
  deadline_ms: variable({
    description: 'How long service_health waits for one service',
    default: 4_000,
    schema: whole(200, 120_000),
  }),
  max_answer_tokens: variable({
    description: 'Most tokens of one answer to a client, text and data together',
    default: 20_000,
    schema: whole(1_000, 1_000_000),
  }),
  docs: variable({
    description:
      'A folder of Markdown about this homelab, served as resources and searched by docs_search',
    default: undefined,
    kind: 'path',
    schema: text,
  }),
  refresh_s: variable({
    description: 'How often health is looked at while a client listens for changes',
    default: 60,
    schema: whole(1, 3_600),
  }),
  log_level: variable({
    description: 'What is logged to stderr',
    default: 'info',
    schema: () => z.enum(logLevels),
  }),
} as const;

/** `LARES_<FIELD>` in lower case. */
export type GlobalField = keyof typeof globalVariables;

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { nearest } from '../base/nearest.ts';
import type { Level } from '../gate/policy.ts';
import { parseProtectRules, type LabelKinds, type Rule } from '../gate/protect.ts';
import { unread, type Env } from './environment.ts';
import { globalVariables, type LogLevel } from './global-variables.ts';
import { parseMutes, type Mute } from './mute.ts';
import { networkVariables } from './network.ts';
import { readVariable, variableOf, type ValueOf, type Variable } from './variables.ts';

export { isMuted, type Mute } from './mute.ts';

/** `LARES_…`: what holds for the whole process. */
export interface Globals {
  writes: Level;
  /** Why writes are off although nobody asked for that: what could not be read and decides about them, a sentence each. */
  writesOffBecause: readonly string[];
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
  /** Most tokens of one answer to a client, text and data together. */
  maxAnswerTokens: number;
  /** A folder of the operator's own Markdown. */
  docs: string | undefined;
  /** How often health is looked at while somebody listens, in milliseconds. */
  refreshMs: number;
  logLevel: LogLevel;
  /** What could not be read, a sentence each. */
  problems: readonly string[];
  /** What was repaired, or is odd and works, a sentence each. */
  warnings: readonly string[];
}

/** Every `LARES_…` variable there is. */
const known = { ...globalVariables, ...networkVariables };

/**
 * Reads every global. Throws nothing: a value that cannot be understood is reported in `problems`, and the safe one stands in for it.
 * Where the gate stands on it, that is: no writes. `kinds`: what rules of protection may begin with.
 */
export function readGlobals(env: Env, kinds: LabelKinds = {}): Globals {
  const problems: string[] = [];
  const warnings: string[] = [];
  const unsafe = [...unknownVariables(env), ...(env[unread] ?? [])];
  const read = <Field extends keyof typeof known>(
    field: Field,
    report: string[] = problems,
  ): ValueOf<(typeof known)[Field]> => {
    const described: Variable<unknown> = known[field];
    const reading = readVariable(env, field, described);
    if (reading.problem !== undefined) report.push(reading.problem);
    else warnings.push(...(reading.repairs ?? []));
    const value = reading.problem === undefined ? reading.value : described.default;
    return value as ValueOf<(typeof known)[Field]>;
  };
  const protect = parseProtectRules(read('protect', unsafe), unsafe, kinds);
  const stateUrl = read('state_url', unsafe);
  const sealKeyFile = read('seal_key_file', unsafe);
  if (stateUrl !== undefined && sealKeyFile === undefined)
    unsafe.push('LARES_STATE_URL needs LARES_SEAL_KEY_FILE, one key for all replicas');
  const killSwitch = read('kill_switch', unsafe);
  const stateDir = read('state_dir', unsafe) ?? defaultStateDir(env);
  const writes = read('writes', unsafe);
  problems.push(...unsafe.map(consequence));
  return {
    writes: unsafe.length > 0 ? 'off' : writes,
    writesOffBecause: unsafe,
    stateUrl,
    protect,
    killSwitch,
    sealKeyFile,
    codeMs: read('code_ttl_s') * 1000,
    stateDir,
    deadlineMs: read('deadline_ms'),
    maxAnswerTokens: read('max_answer_tokens'),
    docs: read('docs'),
    refreshMs: read('refresh_s') * 1000,
    logLevel: read('log_level'),
    mute: parseMutes(read('mute'), problems),
    problems,
    warnings,
  };
}

const consequence = (problem: string): string =>
  problem.endsWith('?')
    ? `${problem} Until that is mended, writes are off`
    : `${problem}, so writes are off`;

/** A relative XDG_STATE_HOME counts as none, as its specification asks. */
function defaultStateDir({ XDG_STATE_HOME: home = '' }: Env): string {
  return join(isAbsolute(home) ? home : join(homedir(), '.local', 'state'), 'lares');
}

/** Variables that the files under `deploy/` and a client's own entry use, and that may stand in an env file with the others. */
const ofTheDeployment = ['site', 'upstream', 'auth'];

/** Whoever mistypes a variable believes that it holds: it may have been the one that keeps writes away. */
function unknownVariables(env: Env): string[] {
  const unknown: string[] = [];
  for (const name of Object.keys(env)) {
    if (!/^lares_/i.test(name)) continue;
    const field = name.slice('LARES_'.length).toLowerCase();
    const isKnown = field in known || field.replace(/_file$/, '') in known;
    if ((isKnown || ofTheDeployment.includes(field)) && name === name.toUpperCase()) continue;
    const near = isKnown ? field : nearest(field, Object.keys(known));
    unknown.push(`${name} is not known${near ? `. Did you mean ${variableOf(near)}?` : ''}`);
  }
  return unknown;
}

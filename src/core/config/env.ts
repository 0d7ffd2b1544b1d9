import { levels, tighter, type Level } from '../gate/policy.ts';
import type { Target } from '../http/endpoint.ts';
import { nearest } from '../base/nearest.ts';
import type { Env } from './environment.ts';
import { prefixOf, whole, type Configurable } from './fields.ts';
import { sameServers } from './same-server.ts';
import { secretsIn, weakSecretsIn } from './service-secrets.ts';
import { gatherSettings, type Gathered, type Setting, type Settings } from './settings.ts';
import { targetFrom } from './target.ts';

export { unread, type Env } from './environment.ts';
export { fieldsOf, prefixOf, type Field } from './fields.ts';

/** How one service is configured: `on` when every instance parses, `off` when nothing is set, `invalid` in between. */
export interface ServiceConfig {
  state: 'on' | 'off' | 'invalid';
  /** By instance; empty unless it is on. */
  targets: ReadonlyMap<string, Target>;
  writes: Level | undefined;
  /** Parts that do not exist here, as the operator says. */
  without: ReadonlySet<string>;
  secrets: readonly string[];
  /** Which of them cannot be taken out of answers, and why: a sentence each. */
  weakSecrets: readonly string[];
  /** Why it is invalid: a sentence each. */
  problems: readonly string[];
  /** Odd, but it works: repaired values, unknown variables, checks that are switched off. */
  warnings: readonly string[];
  /** Those of the warnings that are about variables nobody reads. */
  unknown: readonly string[];
  /** Those of them for which writes are off. */
  writesOffBecause: readonly string[];
}

/** Reads everything of one service. Throws nothing: what is wrong stands in `problems`, and a level that cannot be read is `off`. */
export function configureService(service: Configurable, env: Env): ServiceConfig {
  const gathered = gatherSettings(service, env);
  const { instances, problems, warnings, unknown, unsafe } = gathered;
  const writes = takeWrites(gathered);
  const without = takeWithout(service, gathered);
  const shared: Settings = instances.get('') ?? new Map<string, Setting>();
  // By name, as people count them, and not as the environment happens to list them.
  const named = [...instances]
    .filter(([name]) => name !== '')
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  warnings.push(...lostUrl(service, shared, named));
  const targets = new Map<string, Target>();
  const urls = new Map<string, string>();
  for (const [name, prefix, settings] of instancesFrom(service, shared, named)) {
    const target = targetFrom(service, prefix, settings);
    if (Array.isArray(target)) {
      problems.push(...target);
      continue;
    }
    targets.set(name, target);
    urls.set(name, settings.get('url')?.variable ?? `${prefix}URL`);
    if (!target.tls.verify && target.baseUrl.startsWith('https:'))
      warnings.push(
        `${prefix}TLS_VERIFY=false: anybody on the network can pose as this server. \`lares doctor\` shows the fingerprint to pin instead.`,
      );
  }
  const secrets = secretsIn(service, instances);
  problems.push(...sameServers(targets, urls, secrets));
  const state = problems.length > 0 ? 'invalid' : targets.size > 0 ? 'on' : 'off';
  return {
    state,
    targets: state === 'on' ? targets : new Map(),
    writes: unsafe.length > 0 ? 'off' : writes,
    secrets,
    weakSecrets: weakSecretsIn(service, instances),
    without,
    problems: [...new Set(problems)],
    warnings: [
      ...warnings,
      ...unknown.map((sentence) =>
        unsafe.includes(sentence)
          ? `${sentence}${sentence.endsWith('?') ? ' Until' : '. Until'} that is mended, its writes are off`
          : sentence,
      ),
    ],
    unknown,
    writesOffBecause: unsafe,
  };
}

/** Takes a field of the whole service out of wherever it stands: there is one for all instances. */
function takeWhole({ instances }: Gathered, field: string): Setting[] {
  const found: Setting[] = [];
  for (const [name, settings] of instances) {
    const setting = settings.get(field);
    if (setting) found.push(setting);
    settings.delete(field);
    if (settings.size === 0) instances.delete(name);
  }
  return found;
}

/** The tightest level that was given; `off` for one that cannot be read. */
function takeWrites(gathered: Gathered): Level | undefined {
  let writes: Level | undefined;
  for (const { variable, value, unusable } of takeWhole(gathered, 'writes')) {
    const parsed = whole.shape.writes.safeParse(value);
    if (!parsed.success && !unusable)
      gathered.problems.push(`${variable}: must be one of ${levels.join(', ')}`);
    const level = parsed.success ? (parsed.data ?? 'off') : 'off';
    writes = writes === undefined ? level : tighter(writes, level);
  }
  return writes;
}

/** What `<SERVICE>_WITHOUT` names. A part that there is not was meant to be another: that is said, and its gap stays. */
function takeWithout(service: Configurable, gathered: Gathered): ReadonlySet<string> {
  const known = Object.keys(service.parts ?? {});
  const without = new Set<string>();
  for (const { variable, value } of takeWhole(gathered, 'without'))
    for (const part of value.split(/[\s,]+/).filter(Boolean)) {
      const name = part.toLowerCase();
      if (known.includes(name)) without.add(name);
      else gathered.unknown.push(`${variable}: ${unknownPart(part, known)}`);
    }
  return without;
}

function unknownPart(part: string, known: readonly string[]): string {
  if (known.length === 0)
    return `there is no part ${part}: nothing of this service can be left out`;
  const near = nearest(part.toLowerCase(), known);
  return `there is no part ${part}${near ? `, did you mean ${near}?` : `, only ${known.join(', ')}`}`;
}

type Named = readonly (readonly [name: string, settings: Settings])[];

/** The instances that have names, each with what holds for all; or the only one, which is called `default`. */
function instancesFrom(
  service: Configurable,
  shared: Settings,
  named: Named,
): [name: string, prefix: string, settings: Settings][] {
  const prefix = prefixOf(service);
  if (named.length === 0) return shared.size > 0 ? [['default', prefix, shared]] : [];
  return named.map(([name, settings]) => [
    name,
    `${prefix}${name.toUpperCase()}_`,
    new Map([...shared, ...settings]),
  ]);
}

/** A default that every instance overrides is a server somebody meant and nobody asks. */
function lostUrl(service: Configurable, shared: Settings, named: Named): string[] {
  const url = shared.get('url');
  if (!url || named.length === 0 || !named.every(([, settings]) => settings.has('url'))) return [];
  return [
    `${url.variable} is used by no instance: give it a name too (${prefixOf(service)}<NAME>_URL)`,
  ];
}

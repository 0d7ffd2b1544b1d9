import { levels, type Level } from '../gate/policy.ts';
import type { Target } from '../http/endpoint.ts';
import type { Env } from './environment.ts';
import { isSecretField, prefixOf, whole, type Configurable } from './fields.ts';
import { gatherSettings, type Setting, type Settings } from './settings.ts';
import { targetFrom } from './target.ts';

export type { Env } from './environment.ts';
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
  /** Why it is invalid: a sentence each. */
  problems: readonly string[];
  /** Odd, but it works: unknown variables, checks that are switched off. */
  warnings: readonly string[];
}

/** Reads everything of one service. Throws nothing: what is wrong stands in `problems`, and a level that cannot be read is `off`. */
export function configureService(service: Configurable, env: Env): ServiceConfig {
  const { instances, problems, warnings } = gatherSettings(service, env);
  const shared: Settings = instances.get('') ?? new Map<string, Setting>();
  const named = [...instances].filter(([name]) => name !== '');
  const writes = whole.shape.writes.safeParse(shared.get('writes')?.value);
  if (!writes.success)
    problems.push(`${shared.get('writes')?.variable}: must be one of ${levels.join(', ')}`);
  shared.delete('writes');
  const without = partsWithout(service, shared, warnings);
  warnings.push(...lostUrl(service, shared, named));
  const targets = new Map<string, Target>();
  for (const [name, prefix, settings] of instancesFrom(service, shared, named)) {
    const target = targetFrom(service, prefix, settings);
    if (Array.isArray(target)) {
      problems.push(...target);
      continue;
    }
    targets.set(name, target);
    if (!target.tls.verify && target.baseUrl.startsWith('https:'))
      warnings.push(
        `${prefix}TLS_VERIFY=false: anybody on the network can pose as this server. \`lares doctor\` shows the fingerprint to pin instead.`,
      );
  }
  const state = problems.length > 0 ? 'invalid' : targets.size > 0 ? 'on' : 'off';
  return {
    state,
    targets: state === 'on' ? targets : new Map(),
    writes: writes.success ? writes.data : 'off',
    without,
    secrets: secretsIn(service, instances),
    problems,
    warnings,
  };
}

/** What `<SERVICE>_WITHOUT` names. A part that there is not was meant to be another: that is said, and its gap stays. */
function partsWithout(
  service: Configurable,
  shared: Settings,
  warnings: string[],
): ReadonlySet<string> {
  const setting = shared.get('without');
  shared.delete('without');
  const known = Object.keys(service.parts ?? {});
  const named = (setting?.value ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter(Boolean);
  for (const part of named)
    if (!known.includes(part))
      warnings.push(
        `${setting?.variable}: there is no part ${part}${known.length > 0 ? `; there are ${known.join(', ')}` : ''}`,
      );
  return new Set(named.filter((part) => known.includes(part)));
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

function secretsIn(service: Configurable, instances: ReadonlyMap<string, Settings>): string[] {
  const secrets: string[] = [];
  for (const settings of instances.values())
    for (const [field, { value }] of settings)
      if (isSecretField(service, field)) secrets.push(value);
  return secrets;
}

/** A default that every instance overrides is a server somebody meant and nobody asks. */
function lostUrl(service: Configurable, shared: Settings, named: Named): string[] {
  const url = shared.get('url');
  if (!url || named.length === 0 || !named.every(([, settings]) => settings.has('url'))) return [];
  return [
    `${url.variable} is used by no instance: give it a name too (${prefixOf(service)}<NAME>_URL)`,
  ];
}

import { statSync } from 'node:fs';
import { errorText } from '../core/call.ts';
import { fieldsOf } from '../core/config/env.ts';
import { InputError } from '../core/base/errors.ts';
import { ownCommand } from '../core/base/own-command.ts';
import type { Runtime, ConfiguredService } from '../core/runtime.ts';
import type { Call, Connection } from '../core/http/index.ts';
import type { Diagnosis } from '../core/service.ts';
import { suggestionFor } from '../core/base/nearest.ts';
import { lines, table } from '../core/base/table.ts';
import { probeTls, type Presented } from '../core/http/tls-probe.ts';
import { tlsOptions } from '../core/http/tls.ts';
import { day, iso } from '../core/base/units.ts';
import { stateAfter } from '../homelab/service-state.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { print, printJson, withRuntime } from './run.ts';

/** What one instance said of itself, and of what the credentials may do there. */
export interface Examined extends Partial<Diagnosis> {
  service: string;
  instance: string;
  url: string;
  state: 'ok' | ReturnType<typeof stateAfter>;
  tls?: (Presented & { pinned: boolean; through?: string }) | { problem: string };
  problem?: string;
}

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary:
    'per instance: reach, TLS, sign-in, version, permissions, and the command that fixes what is missing',
  arguments: [{ syntax: '[service]', description: 'only this one' }],
  common: 'all',
  run: doctor,
});

/** Exit code 0: every configured instance answers and may do what Lares needs, and every variable is understood. 1: something is missing. 2: nothing is configured, or nothing answers. */
function doctor(service: string | undefined, options: Common): Promise<number> {
  return withRuntime(options, async (runtime, call) => {
    const services = runtime.services.filter(
      (configured) => service === undefined || configured.service.id === service,
    );
    if (service !== undefined && services.length === 0)
      throw new InputError(`No service ${JSON.stringify(service)}`, {
        hint: suggestionFor(
          service,
          runtime.services.map((configured) => configured.service.id),
          (id) => runtime.services.find((known) => known.service.id === id)?.service.title ?? id,
        ),
      });
    const instances = await Promise.all(
      services.flatMap((configured) =>
        [...configured.instances.values()].map((connection) =>
          examine(runtime, configured, connection, call),
        ),
      ),
    );
    const invalid = services.filter(({ state }) => state === 'invalid');
    const problems = [...runtime.globals.problems, ...docsProblem(runtime)];
    if (options.json)
      printJson({
        instances,
        invalid: invalid.map((configured) => ({
          service: configured.service.id,
          problems: configured.problems,
        })),
        warnings: [
          ...runtime.globals.warnings,
          ...services.flatMap(({ warnings, weakSecrets }) => [...warnings, ...weakSecrets]),
        ],
        problems,
      });
    else print(runtime.redact(report(runtime, problems, services, instances)));
    if (instances.every(({ state }) => state !== 'ok')) return exit.unchecked;
    const isMistyped = problems.length > 0 || services.some(hasUnknown);
    return isMistyped || invalid.length > 0 || instances.some(isLacking) ? exit.broken : exit.fine;
  });
}

/** Whoever set a variable that nobody reads believes that it holds. */
const hasUnknown = ({ unknown }: ConfiguredService): boolean => unknown.length > 0;

/** Something is to be mended before it can do what Lares needs. */
export const isLacking = ({ state, rights = [] }: Examined): boolean =>
  state !== 'ok' || rights.some(({ granted }) => granted === false);

/** Asks one instance. Never rejects but when it is cancelled: what went wrong is its state. */
export async function examine(
  runtime: Runtime,
  configured: ConfiguredService,
  connection: Connection,
  call: Call,
): Promise<Examined> {
  const { target } = connection;
  const known = {
    service: configured.service.id,
    instance: connection.instance,
    url: target.baseUrl,
  };
  const session = {
    ...call,
    now: runtime.now,
    instances: new Map([[connection.instance, connection]]),
    failed: () => undefined,
  };
  const tls = target.baseUrl.startsWith('https:')
    ? await certificate(runtime, connection, call)
    : undefined;
  try {
    const { doctor: diagnose } = await configured.service.load();
    const { version, rights } = await diagnose(session);
    const needed = rights.flatMap((right) => asNeeded(right, configured));
    return { ...known, state: 'ok', ...(tls && { tls }), version, rights: needed };
  } catch (error) {
    const problem = errorText(runtime, error);
    return { ...known, state: stateAfter(error), ...(tls && { tls }), problem };
  }
}

/** Where writes are off, a right that they alone need is no lack if it is missing, and too much if it is there. */
function asNeeded(
  right: Diagnosis['rights'][number],
  { level }: ConfiguredService,
): Diagnosis['rights'] {
  const { writes: isForWrites, ...plain } = right;
  if (!isForWrites || level !== 'off') return [plain];
  if (plain.granted !== true) return [];
  return [{ ...plain, what: `${plain.what}: more than it needs, since its writes are off` }];
}

async function certificate(
  runtime: Runtime,
  { target }: Connection,
  { signal }: Call,
): Promise<Examined['tls']> {
  const { hostname, port } = new URL(target.baseUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  try {
    const presented = await probeTls({
      host,
      port: Number(port) || 443,
      servername: target.tls.servername ?? host,
      deadlineMs: target.limits.connectTimeoutMs,
      signal,
      own: tlsOptions(target),
    });
    return {
      ...presented,
      pinned: target.tls.fingerprint !== undefined,
      ...(target.tls.caFile && { through: `${target.prefix}_TLS_CA_FILE` }),
    };
  } catch (error) {
    return { problem: errorText(runtime, error) };
  }
}

/** A folder that is not there is no mistake before somebody asks for a document; here somebody looks for mistakes. */
function docsProblem({ globals: { docs } }: Runtime): string[] {
  if (docs === undefined || statSync(docs, { throwIfNoEntry: false })?.isDirectory()) return [];
  return [`LARES_DOCS: ${docs} is no folder`];
}

function report(
  runtime: Runtime,
  problems: readonly string[],
  services: readonly ConfiguredService[],
  instances: readonly Examined[],
): string {
  const off = services.filter(({ state }) => state === 'off');
  return lines(
    ...[...problems, ...runtime.globals.warnings].map((problem) => `CONFIG  ${problem}`),
    ...services.flatMap((configured) => [
      ...configured.problems.map(
        (problem) => `CONFIG  ${configured.service.title} is off: ${problem}`,
      ),
      ...[...configured.warnings, ...configured.weakSecrets].map((warning) => `CONFIG  ${warning}`),
    ]),
    ...instances.map(instanceText),
    off.length > 0 &&
      lines(
        '',
        'Not configured:',
        table(off, {
          service: ({ service }) => service.title,
          'set at least': ({ service }) =>
            fieldsOf(service)
              .own.filter(({ required }) => required)
              .map(({ variable }) => variable)
              .join(' '),
          'how its credentials are made': ({ service }) =>
            ownCommand(`resources manual/${service.id}`),
        }),
      ),
  );
}

const indent = ' '.repeat(12);

/** An examined instance, for people: its first line begins with its state. */
export function instanceText(examined: Examined): string {
  const { service, instance, url, state, version, tls, rights = [], problem } = examined;
  const name = instance === 'default' ? service : `${service} ${instance}`;
  return lines(
    `${state.toUpperCase().padEnd(indent.length)}${name} at ${url}${version ? `, version ${version}` : ''}`,
    problem && indent + problem,
    tls && `${indent}TLS: ${tlsText(tls, state)}`,
    ...rights.map((right) => rightText(right)),
  );
}

function rightText({ what, granted, fix }: Diagnosis['rights'][number]): string {
  if (granted === true) return `${indent}may ${what}`;
  const verb = granted === false ? 'MAY NOT' : 'unknown:';
  return lines(`${indent}${verb} ${what}`, fix && `${indent}    fix: ${fix}`);
}

function tlsText(tls: NonNullable<Examined['tls']>, state: Examined['state']): string {
  if ('problem' in tls) return tls.problem;
  const lifeDays = (tls.notAfter - tls.notBefore) / day;
  const brief =
    lifeDays < 3 ? ' (renewed so often that it cannot be pinned: use its CA, …_TLS_CA_FILE)' : '';
  return `${trustText(tls, state)}, until ${iso(tls.notAfter).slice(0, 10)}, SHA-256 ${tls.fingerprint}${brief}`;
}

/** What the connection rests on; a pin that did not match says so in the problem. */
function trustText(
  { trusted, pinned, through }: { trusted: boolean; pinned: boolean; through?: string },
  state: Examined['state'],
): string {
  if (pinned) return state === 'unreachable' ? 'shows' : 'pinned';
  if (through !== undefined) return `${trusted ? 'trusted' : 'not trusted'} through ${through}`;
  return trusted ? 'trusted' : 'not trusted by this machine';
}

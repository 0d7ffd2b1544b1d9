import { errorText } from '../core/call.ts';
import { fieldsOf } from '../core/config/env.ts';
import { InputError, UnreachableError, UpstreamError } from '../core/base/errors.ts';
import type { House, Room } from '../core/runtime.ts';
import type { Call, Connection } from '../core/http/index.ts';
import type { Diagnosis } from '../core/service.ts';
import { lines, table } from '../core/base/table.ts';
import { probeTls, type Presented } from '../core/http/tls-probe.ts';
import { iso } from '../core/base/units.ts';
import { exit, inHouse, print, printJson, type Common } from './run.ts';

interface Examined extends Partial<Diagnosis> {
  service: string;
  instance: string;
  url: string;
  state: 'ok' | 'unreachable' | 'denied' | 'down';
  tls?: (Presented & { pinned: boolean }) | { problem: string };
  problem?: string;
}

/** Exit code 0: every configured instance answers and may do what Lares needs. 1: something is missing. 2: nothing is configured, or nothing answers. */
export function doctor(service: string | undefined, options: Common): Promise<number> {
  return inHouse(options, async (house, call) => {
    const rooms = house.rooms.filter(
      (room) => service === undefined || room.service.id === service,
    );
    if (service !== undefined && rooms.length === 0)
      throw new InputError(`No service ${JSON.stringify(service)}`, {
        hint: `One of: ${house.rooms.map((room) => room.service.id).join(', ')}`,
      });
    const instances = (
      await Promise.all(
        rooms.map((room) =>
          Promise.all([...room.instances.values()].map((one) => examine(house, room, one, call))),
        ),
      )
    ).flat();
    const invalid = rooms.filter(({ state }) => state === 'invalid');
    if (options.json)
      printJson({
        instances,
        invalid: invalid.map((room) => ({ service: room.service.id, problems: room.problems })),
        warnings: rooms.flatMap((room) => room.warnings),
        problems: house.globals.problems,
      });
    else print(house.redact(report(house, rooms, instances)));
    if (instances.length === 0 || instances.every(({ state }) => state !== 'ok'))
      return exit.unchecked;
    return invalid.length > 0 ||
      instances.some(
        ({ state, rights = [] }) =>
          state !== 'ok' || rights.some(({ granted }) => granted === false),
      )
      ? exit.broken
      : exit.fine;
  });
}

async function examine(
  house: House,
  room: Room,
  connection: Connection,
  call: Call,
): Promise<Examined> {
  const { target } = connection;
  const known = {
    service: room.service.id,
    instance: connection.instance,
    url:
      new URL(target.baseUrl).origin === 'null' ? target.baseUrl : new URL(target.baseUrl).origin,
  };
  const session = {
    ...call,
    now: house.now,
    instances: new Map([[connection.instance, connection]]),
    failed: () => undefined,
  };
  const tls = target.baseUrl.startsWith('https:')
    ? await certificate(house, connection, call)
    : undefined;
  try {
    const { doctor: diagnose } = await room.service.load();
    return { ...known, state: 'ok', ...(tls && { tls }), ...(await diagnose(session)) };
  } catch (error) {
    const state =
      error instanceof UnreachableError
        ? 'unreachable'
        : error instanceof UpstreamError && error.denied
          ? 'denied'
          : 'down';
    return { ...known, state, ...(tls && { tls }), problem: errorText(house, error) };
  }
}

async function certificate(
  house: House,
  { target }: Connection,
  { signal }: Call,
): Promise<Examined['tls']> {
  const { hostname, port } = new URL(target.baseUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  return probeTls({
    host,
    port: Number(port) || 443,
    servername: target.tls.servername ?? host,
    deadlineMs: target.limits.connectTimeoutMs,
    signal,
  })
    .then((presented) => ({ ...presented, pinned: target.tls.fingerprint !== undefined }))
    .catch((error: unknown) => ({ problem: errorText(house, error) }));
}

function report(house: House, rooms: readonly Room[], instances: readonly Examined[]): string {
  const off = rooms.filter(({ state }) => state === 'off');
  return lines(
    ...house.globals.problems.map((problem) => `CONFIG  ${problem}`),
    ...rooms.flatMap((room) => [
      ...room.problems.map((problem) => `CONFIG  ${room.service.title} is off: ${problem}`),
      ...room.warnings.map((warning) => `CONFIG  ${warning}`),
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
        }),
      ),
  );
}

const instanceText = ({
  service,
  instance,
  url,
  state,
  version,
  tls,
  rights = [],
  problem,
}: Examined): string =>
  lines(
    `${state.toUpperCase().padEnd(12)}${service} ${instance === 'default' ? '' : `${instance} `}at ${url}${version ? `, version ${version}` : ''}`,
    problem && `            ${problem}`,
    tls &&
      `            TLS: ${'problem' in tls ? tls.problem : `${trustText(tls, state)}, until ${iso(tls.notAfter).slice(0, 10)}, SHA-256 ${tls.fingerprint}`}`,
    ...rights.map(
      ({ what, granted, fix }) =>
        `            ${granted === true ? 'may' : granted === false ? 'MAY NOT' : 'unknown:'} ${what}${granted !== true && fix ? `\n                fix: ${fix}` : ''}`,
    ),
  );

/** What the connection rests on; a pin that did not match says so in the problem. */
const trustText = (
  { trusted, pinned }: { trusted: boolean; pinned: boolean },
  state: Examined['state'],
): string =>
  pinned
    ? state === 'unreachable'
      ? 'shows'
      : 'pinned'
    : trusted
      ? 'trusted'
      : 'not trusted by this machine';

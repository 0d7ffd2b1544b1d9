import { errorText } from '../../core/call.ts';
import type { House, Room } from '../../core/runtime.ts';
import type { Call, Connection } from '../../core/http/index.ts';
import type { Diagnosis } from '../../core/service.ts';
import { lines, table } from '../../core/base/table.ts';
import { roomsOn } from '../read-tool.ts';
import { healthOf, servicesIn } from '../latest-health.ts';
import { isFor, trapsOf, versionsIn } from '../manuals.ts';

interface Examined {
  room: Room;
  instance: string;
  writes?: string;
  diagnosis?: Diagnosis;
  problem?: string;
}

/** What is configured, in which version, how far writes are trusted, and what each credential may do, told by the services themselves. */
export async function servicesPage(house: House, call: Call): Promise<string> {
  const all = (
    await Promise.all(
      roomsOn(house).map((room) =>
        Promise.all([...room.instances.values()].map((one) => examine(house, room, one, call))),
      ),
    )
  ).flat();
  const others = house.rooms.filter(({ state }) => state !== 'on');
  return lines(
    all.length === 0 && 'Nothing is configured.',
    table(
      all,
      {
        service: ({ room }) => room.service.id,
        instance: ({ instance }) => instance,
        version: ({ diagnosis }) => diagnosis?.version,
        writes: ({ writes }) => writes,
        'may not': ({ diagnosis }) =>
          diagnosis &&
          (diagnosis.rights
            .filter(({ granted }) => granted === false)
            .map(({ what }) => what)
            .join('; ') ||
            'nothing missing'),
      },
      300,
    ),
    ...all.flatMap(({ room, instance, problem }) =>
      problem === undefined ? [] : [`NOT SEEN ${room.service.title} ${instance}: ${problem}`],
    ),
    ...all.flatMap(({ room, instance, diagnosis }) => rightsText(room, instance, diagnosis)),
    ...others.map((room) =>
      room.state === 'off'
        ? `Not configured: ${room.service.title}`
        : `Configured wrongly: ${room.service.title}: ${room.problems.join('; ')}`,
    ),
    ...[...house.globals.problems, ...house.rooms.flatMap(({ warnings }) => warnings)].map(
      (problem) => `CONFIG ${problem}`,
    ),
  );
}

const rightsText = (room: Room, instance: string, diagnosis: Diagnosis | undefined): string[] =>
  (diagnosis?.rights ?? []).map(
    ({ what, granted, fix }) =>
      `${room.service.title}${room.instances.size > 1 ? ` ${instance}` : ''} ${granted === true ? 'may' : granted === false ? 'MAY NOT' : 'may perhaps'} ${what}${granted !== true && fix ? ` (${fix})` : ''}`,
  );

async function examine(
  house: House,
  room: Room,
  connection: Connection,
  call: Call,
): Promise<Examined> {
  const { instance } = connection;
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(house.globals.deadlineMs)]);
  try {
    const { doctor, tools } = await room.service.load();
    const writes = tools.some(({ kind }) => kind === 'write') ? room.level : 'it has none';
    return {
      room,
      instance,
      writes,
      diagnosis: await doctor({
        ...call,
        signal,
        instances: new Map([[instance, connection]]),
        failed: () => undefined,
      }),
    };
  } catch (error) {
    call.signal.throwIfAborted();
    return { room, instance, problem: errorText(house, error) };
  }
}

/** The known traps of the versions that run; those of every version where a service does not tell its own. */
export async function pitfallsPage(house: House): Promise<string> {
  const running = servicesIn(await healthOf(house, house.globals.refreshMs));
  const parts = await Promise.all(
    roomsOn(house).map(async (room) => {
      const version = running.find(({ service }) => service === room.service.id)?.version;
      const versions = versionsIn(version);
      const traps = (await trapsOf(room)).filter(
        (trap) =>
          versions.length === 0 ||
          versions.some((one) => isFor(trap.versions, one)) ||
          (version?.includes('or newer') && trap.versions.startsWith('From')),
      );
      return (
        traps.length > 0 &&
        lines(
          `## ${room.service.title} ${version ?? '(version unknown, so the traps of all)'}`,
          ...traps.map(({ versions: of, text }) =>
            of === 'Every version' ? text : `${of}:\n${text}`,
          ),
        )
      );
    }),
  );
  return (
    lines('# Known traps of what runs here', ...parts) +
    (parts.some(Boolean) ? '' : '\nNone is known of what is configured.')
  );
}

import { errorText } from '../../core/call.ts';
import { gapsText } from '../../core/gap.ts';
import type { Runtime, ConfiguredService } from '../../core/runtime.ts';
import type { Call, Connection } from '../../core/http/index.ts';
import type { Diagnosis } from '../../core/service.ts';
import { lines, table } from '../../core/base/table.ts';
import { activeServices } from '../read-tool.ts';
import { healthOf, servicesIn } from '../latest-health.ts';
import { isFor, trapsOf, versionsIn } from '../manuals.ts';

interface Examined {
  configured: ConfiguredService;
  instance: string;
  writes?: string;
  diagnosis?: Diagnosis;
  problem?: string;
}

/** What is configured, in which version, how far writes are trusted, and what each credential may do, told by the services themselves. */
export async function servicesPage(runtime: Runtime, call: Call): Promise<string> {
  const examined = await Promise.all(
    activeServices(runtime).flatMap((configured) =>
      [...configured.instances.values()].map((connection) =>
        examine(runtime, configured, connection, call),
      ),
    ),
  );
  const others = runtime.services.filter(({ state }) => state !== 'on');
  return lines(
    examined.length === 0 && 'Nothing is configured.',
    table(
      examined,
      {
        service: ({ configured }) => configured.service.id,
        instance: ({ instance }) => instance,
        version: ({ diagnosis }) => diagnosis?.version,
        writes: ({ writes }) => writes,
        'may not': ({ diagnosis }) => diagnosis && missingRights(diagnosis),
      },
      300,
    ),
    gapsText(
      examined.flatMap(({ configured, instance, problem: why }) =>
        why === undefined ? [] : [{ what: `${configured.service.title} ${instance}`, why }],
      ),
    ),
    ...examined.flatMap(({ configured, instance, diagnosis }) =>
      rightsText(configured, instance, diagnosis),
    ),
    ...others.map((configured) =>
      configured.state === 'off'
        ? `Not configured: ${configured.service.title}`
        : `Configured wrongly: ${configured.service.title}: ${configured.problems.join('; ')}`,
    ),
    ...[
      ...runtime.globals.problems,
      ...runtime.globals.warnings,
      ...runtime.services.flatMap(({ warnings, weakSecrets }) => [...warnings, ...weakSecrets]),
    ].map((problem) => `CONFIG ${problem}`),
  );
}

function missingRights({ rights }: Diagnosis): string {
  const missing = rights.filter(({ granted }) => granted === false).map(({ what }) => what);
  return missing.join('; ') || 'nothing missing';
}

function rightsText(
  { service, instances }: ConfiguredService,
  instance: string,
  diagnosis: Diagnosis | undefined,
): string[] {
  const subject = instances.size > 1 ? `${service.title} ${instance}` : service.title;
  return (diagnosis?.rights ?? []).map(({ what, granted, fix }) => {
    if (granted === true) return `${subject} may ${what}`;
    const verb = granted === false ? 'MAY NOT' : 'may perhaps';
    return `${subject} ${verb} ${what}${fix ? ` (${fix})` : ''}`;
  });
}

async function examine(
  runtime: Runtime,
  configured: ConfiguredService,
  connection: Connection,
  call: Call,
): Promise<Examined> {
  const { instance } = connection;
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(runtime.globals.deadlineMs)]);
  try {
    const { doctor, tools } = await configured.service.load();
    const writes = tools.some(({ kind }) => kind === 'write') ? configured.level : 'it has none';
    return {
      configured,
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
    return { configured, instance, problem: errorText(runtime, error) };
  }
}

/** The known traps of the versions that run; those of every version where a service does not tell its own. */
export async function pitfallsPage(runtime: Runtime): Promise<string> {
  const rows = servicesIn(await healthOf(runtime, runtime.globals.refreshMs));
  const parts = await Promise.all(
    activeServices(runtime).map(async (configured) => {
      const version = rows.find(({ service }) => service === configured.service.id)?.version;
      const versions = versionsIn(version);
      const traps = (await trapsOf(configured)).filter(
        (trap) =>
          versions.length === 0 ||
          versions.some((running) => isFor(trap.versions, running)) ||
          (version?.includes('or newer') && trap.versions.startsWith('From')),
      );
      return (
        traps.length > 0 &&
        lines(
          `## ${configured.service.title} ${version ?? '(version unknown, so the traps of all)'}`,
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

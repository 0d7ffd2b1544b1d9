import { idOf, kindOf, type Ref } from '../../core/map.ts';
import type { ConfiguredService } from '../../core/runtime.ts';
import type { Look } from '../look.ts';
import { instanceRef } from '../service-state.ts';

/** A service of which servers are touched. */
interface Touched {
  configured: ConfiguredService;
  /** Names of its instances. */
  names: readonly string[];
}

/** The servers among these things, as a person tells them: `Graylog`, `Pi-hole dns1 (dns2 goes on)`. */
export function serverTexts(
  refs: readonly Ref[],
  services: readonly ConfiguredService[],
  look: Look,
): string[] {
  const touched = new Set(refs.filter((ref) => kindOf(ref) === 'instance'));
  return services.flatMap((configured) => {
    const { id, title } = configured.service;
    const names = [...configured.instances.keys()].filter((name) =>
      touched.has(instanceRef(id, name)),
    );
    if (names.length > 0) return serverText({ configured, names }, look);
    return [...touched].some((ref) => idOf(ref) === id) ? title : [];
  });
}

function serverText({ configured, names }: Touched, look: Look): string {
  const { service, instances } = configured;
  if (instances.size === 1) return service.title;
  const own = `${service.title} ${names.join(' and ')}`;
  if (service.instances === 'apart') return own;
  const others = [...instances.keys()].filter((name) => !names.includes(name));
  if (others.length === 0) return `${own}, which is all of it`;
  const gone = silentServers(look);
  const standing = others.filter((name) => {
    const ref = instanceRef(service.id, name);
    return !gone.has(ref) && look.map.things.get(ref)?.state !== 'down';
  });
  return standing.length > 0
    ? `${own} (${standing.join(' and ')} ${standing.length === 1 ? 'goes' : 'go'} on)`
    : `${own}, the last that works: ${others.join(' and ')} ${others.length === 1 ? 'is' : 'are'} down`;
}

/** Instances that did not answer this look. */
const silentServers = ({ seen }: Look): ReadonlySet<Ref> =>
  new Set(
    seen.flatMap(({ service, silentInstances = [] }) =>
      silentInstances.map((name) => instanceRef(service, name)),
    ),
  );

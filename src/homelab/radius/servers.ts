import { idOf, kindOf, type Ref } from '../../core/map.ts';
import type { ConfiguredService } from '../../core/runtime.ts';
import type { Look } from '../look.ts';
import { serverStateIn } from '../server-state.ts';
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
  const states = others.map((name) => ({
    name,
    ...serverStateIn(look, instanceRef(service.id, name)),
  }));
  const standing = states.filter(({ is }) => is === 'up');
  if (standing.length > 0)
    return `${own} (${standing.map(({ name }) => name).join(' and ')} ${standing.length === 1 ? 'goes' : 'go'} on)`;
  const words = states.map(({ name, says }) => `${name} ${says}`).join(', ');
  return states.every(({ is }) => is === 'stopped')
    ? `${own}, the last that works: ${words}`
    : `${own} (${words})`;
}

import { placeOf, type Link, type Thing } from '../../core/map.ts';
import type { ConfiguredService } from '../../core/runtime.ts';
import { instanceRef, type ServiceState } from '../service-state.ts';
import type { MapPart } from './map.ts';

/** Which part of the map each service is, made of what its check-up told, and where its servers are configured to be. */
export const mapParts = (
  states: readonly ServiceState[],
  services: readonly ConfiguredService[],
): MapPart[] => [
  ...states.map(({ title, things, silentInstances = [] }) => ({
    by: title,
    things,
    partial: silentInstances.length > 0,
  })),
  ...services.map((configured) => ({
    by: configured.service.title,
    things: instancesOf(configured),
  })),
];

/** Every server of a service, reached at the URL that is configured. */
const instancesOf = ({ service, instances }: ConfiguredService): Thing[] =>
  [...instances].map(([name, { target }]) => ({
    ref: instanceRef(service.id, name),
    title: instances.size > 1 ? `${service.title} ${name}` : service.title,
    links: wayTo(name, target.baseUrl),
  }));

/** A tunnel or a forwarded port leads to this machine and tells nothing: then the name of one of several may be that of its host. */
function wayTo(instance: string, url: string): Link[] {
  const place = placeOf(url);
  if (place !== undefined) return [{ to: place, how: 'reached at' }];
  const host = instance === 'default' ? undefined : placeOf(instance);
  return host === undefined ? [] : [{ to: host, how: 'reached at', weak: true }];
}

import type { House } from '../../../core/runtime.ts';

/** What one caller may do. Over stdio that is everything the house does. */
export interface Grant {
  /** Who asks, as the journal and the codes know it: the name of the token, or `oidc:` and the subject. Never what a client calls itself. */
  caller: string;
  write: boolean;
  /** May say yes to what others ask for, on the approval page. */
  approve: boolean;
  /** It does nothing but approve: no protocol for it. */
  only?: 'approve' | undefined;
  /** Ids of the services it sees. */
  services: 'all' | ReadonlySet<string>;
}

/** Two grants with the same key offer the same. */
export const grantKey = ({ write, services }: Grant): string =>
  `${write ? 'write' : 'read'} ${services === 'all' ? '*' : [...services].sort().join(',')}`;

/** The house as one caller sees it: services it has no business with are not there, and without `write` every level is `off`, for the list of tools and for the gate alike. */
export function narrowed(house: House, { write, services }: Grant): House {
  if (write && services === 'all') return house;
  const rooms = house.rooms
    .filter(({ service }) => services === 'all' || services.has(service.id))
    .map((room) => (write ? room : { ...room, level: 'off' as const }));
  if (services === 'all') return { ...house, rooms };
  const visible = (target: unknown): boolean =>
    rooms.some(({ service }) => String(target).startsWith(`${service.id}/`));
  return {
    ...house,
    rooms,
    only: rooms.map(({ service }) => service.title),
    journal: {
      ...house.journal,
      unknown: async () => (await house.journal.unknown()).filter(({ target }) => visible(target)),
    },
  };
}

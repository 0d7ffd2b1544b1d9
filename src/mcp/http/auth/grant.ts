import { narrow, type Runtime } from '../../../core/runtime.ts';

/** What one caller may do. Over stdio that is everything Lares does. */
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

/** The runtime as one caller sees it: services it has no business with are not there, and without `write` every level is `off`, for the list of tools and for the gate alike. */
export function restrictTo(runtime: Runtime, { write, services }: Grant): Runtime {
  if (write && services === 'all') return runtime;
  const visible = runtime.services
    .filter(({ service }) => services === 'all' || services.has(service.id))
    .map((configured) => (write ? configured : { ...configured, level: 'off' as const }));
  if (services === 'all') return narrow(runtime, { services: visible, readOnly: !write });
  const concerns = (target: unknown): boolean =>
    visible.some(({ service }) => String(target).startsWith(`${service.id}/`));
  return narrow(runtime, {
    services: visible,
    readOnly: !write,
    only: visible.map(({ service }) => service.title),
    journal: {
      ...runtime.journal,
      unknown: async () =>
        (await runtime.journal.unknown()).filter(({ target }) => concerns(target)),
    },
  });
}

import type { World } from '../../../demo/world/index.ts';
import { forbidden, Problem } from './problem.ts';

/** An API token. `acl` maps a path to the privileges granted there; the grants of a deeper path replace those above it. */
export interface Token {
  id: string;
  secret: string;
  acl: Record<string, readonly string[]>;
  expired?: boolean;
}

/** The role PVEAuditor of PVE 9 (pve-access-control AccessControl.pm). */
export const auditor = [
  'VM.Audit',
  'VM.GuestAgent.Audit',
  'Sys.Audit',
  'Datastore.Audit',
  'SDN.Audit',
  'Pool.Audit',
  'Mapping.Audit',
] as const;
/** The role that Lares recommends for power operations. */
export const powerRole = ['VM.Audit', 'VM.PowerMgmt', 'VM.GuestAgent.Audit'] as const;

/** Who is behind a request, 401 when nobody is. */
export function authenticate(
  tokens: readonly Token[],
  authorization: string | undefined,
  cookie: string | undefined,
): Token {
  if (!authorization && !cookie?.includes('PVEAuthCookie=')) throw new Problem(401, 'No ticket');
  const credentials = /^PVEAPIToken[= ]([^;]+)/.exec(authorization ?? '')?.[1];
  const [id, ...secret] = unescape(credentials ?? '').split('=');
  const token = tokens.find(
    (candidate) => candidate.id === id && candidate.secret === secret.join('='),
  );
  if (!token || token.expired) throw new Problem(401, 'Authentication failed!');
  return token;
}

function unescape(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** A token's rights over the world as it is now. */
export class Access {
  readonly token: Token;
  readonly #world: World;

  constructor(token: Token, world: World) {
    this.token = token;
    this.#world = world;
  }

  /** Granted privileges and whether they are handed down: those a guest gets from its pool are not. */
  privileges(path: string): Map<string, 0 | 1> {
    const own = new Map<string, 0 | 1>(this.#granted(path).map((privilege) => [privilege, 1]));
    const vmid = /^\/vms\/(\d+)$/.exec(path)?.[1];
    const pool = vmid
      ? this.#world.guests.find((guest) => guest.vmid === Number(vmid))?.pool
      : undefined;
    for (const privilege of pool ? this.#granted(`/pool/${pool}`) : [])
      if (!own.has(privilege)) own.set(privilege, 0);
    return own;
  }

  has(path: string, ...anyOf: string[]): boolean {
    const granted = this.privileges(path);
    return anyOf.some((privilege) => granted.has(privilege));
  }

  demand(path: string, ...anyOf: string[]): void {
    if (!this.has(path, ...anyOf)) throw forbidden(`${path}, ${anyOf.join('|')}`);
  }

  /** The answer of GET /access/permissions. */
  all(): Record<string, Record<string, 0 | 1>> {
    const usual = ['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms'];
    const pooled = this.#world.guests
      .filter(({ pool }) => pool !== null)
      .map(({ vmid }) => `/vms/${vmid}`);
    const paths = [...new Set([...usual, ...Object.keys(this.token.acl), ...pooled])];
    return Object.fromEntries(
      paths
        .map((path) => [path, Object.fromEntries(this.privileges(path))] as const)
        .filter(([, granted]) => Object.keys(granted).length > 0),
    );
  }

  #granted(path: string): readonly string[] {
    const steps = path === '/' ? [] : path.slice(1).split('/');
    const above = [
      '/',
      ...steps.map((_, position) => `/${steps.slice(0, position + 1).join('/')}`),
    ];
    return (
      above.map((step) => this.token.acl[step]).findLast((grants) => grants !== undefined) ?? []
    );
  }
}

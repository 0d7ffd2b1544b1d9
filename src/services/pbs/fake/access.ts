import { Problem } from './problem.ts';

/** Roles by path; a deeper path replaces those above it. */
export type Acl = Readonly<Record<string, readonly (keyof typeof roles)[]>>;
/** `user` are the grants of the user behind it, the same by default: a token has what both have. */
export interface Token {
  id: string;
  secret: string;
  acl: Acl;
  user?: Acl;
  expired?: boolean;
}

/** pbs-api-types acl.rs. */
const roles = {
  NoAccess: [],
  Audit: ['Sys.Audit', 'Datastore.Audit'],
  DatastoreAudit: ['Datastore.Audit'],
  DatastoreReader: ['Datastore.Audit', 'Datastore.Verify', 'Datastore.Read'],
  DatastoreBackup: ['Datastore.Backup'],
  RemoteAudit: ['Remote.Audit'],
  Admin: [
    'Sys.Audit',
    'Sys.Modify',
    'Datastore.Audit',
    'Datastore.Allocate',
    'Datastore.Modify',
    'Datastore.Read',
    'Datastore.Verify',
    'Datastore.Backup',
    'Datastore.Prune',
    'Remote.Audit',
    'Remote.Modify',
    'Remote.Read',
  ],
} as const;

/** `PBSAPIToken`, an equals sign or a space, the id, a colon, the secret percent-encoded. */
export function authenticate(tokens: readonly Token[], authorization: string | undefined): Token {
  const [, id, secret] = /^PBSAPIToken[= ]([^:]+):(.*)$/.exec(authorization ?? '') ?? [];
  const token = tokens.find(
    (candidate) => candidate.id === id && candidate.secret === decodeURIComponent(secret ?? ''),
  );
  if (!token || token.expired) throw new Problem(401, 'authentication failed');
  return token;
}

/** A token's rights: what both it and its user have. */
export class Access {
  readonly token: Token;
  constructor(token: Token) {
    this.token = token;
  }

  privileges(path: string): string[] {
    const users = new Set(granted(this.token.user ?? this.token.acl, path));
    return granted(this.token.acl, path).filter((privilege) => users.has(privilege));
  }

  has(path: string, ...anyOf: readonly string[]): boolean {
    const own = this.privileges(path);
    return anyOf.some((privilege) => own.includes(privilege));
  }

  /** Whether anything below a path may be seen. */
  hasBelow(path: string, ...anyOf: readonly string[]): boolean {
    return Object.keys(this.token.acl).some(
      (below) => below.startsWith(`${path}/`) && this.has(below, ...anyOf),
    );
  }

  /** `GET /access/permissions`: the paths of all grants and a few more, without those where there is nothing. */
  all(): Record<string, Record<string, boolean>> {
    const paths = new Set([
      '/',
      '/access',
      '/datastore',
      '/remote',
      '/system',
      ...Object.keys(this.token.acl),
      ...Object.keys(this.token.user ?? {}),
    ]);
    return Object.fromEntries(
      [...paths]
        .map(
          (path) =>
            [
              path,
              Object.fromEntries(this.privileges(path).map((privilege) => [privilege, true])),
            ] as const,
        )
        .filter(([, own]) => Object.keys(own).length > 0),
    );
  }
}

function granted(acl: Acl, path: string): readonly string[] {
  const steps = path === '/' ? [] : path.slice(1).split('/');
  const above = ['/', ...steps.map((_, i) => `/${steps.slice(0, i + 1).join('/')}`)];
  return (
    above
      .map((step) => acl[step])
      .findLast((own) => own !== undefined)
      ?.flatMap((role) => roles[role]) ?? []
  );
}

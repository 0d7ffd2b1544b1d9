import { day, type Clock } from './clock.ts';

/** `permissions` beyond those of every user on itself. Streams must be shared one by one. */
export interface GraylogAccount {
  username: string;
  password: string;
  tokens: { name: string; value: string; expiresAt: number | null }[];
  permissions: string[];
  streams: string[] | 'all';
}

/** The built-in Reader role (RestPermissions.java, 5.0 to 7.1). */
export const reader = [
  'buffers:read',
  'clusterconfigentry:read',
  'decorators:read',
  'fieldnames:read',
  'indexercluster:read',
  'inputs:read',
  'journal:read',
  'jvmstats:read',
  'messagecount:read',
  'messages:analyze',
  'messages:read',
  'metrics:read',
  'system:read',
  'throughput:read',
] as const;
/** What a role for Lares adds to it. */
export const laresRole = ['notifications:read', 'indices:failures', 'indexsets:read'] as const;

export const createAccounts = (now: Clock['now']): GraylogAccount[] => [
  {
    username: 'lares',
    password: 'a-long-password-nobody-types',
    tokens: [
      {
        name: 'lares',
        value: '1lares0readonly0token0of0the0demo0graylog000',
        expiresAt: now() + 300 * day,
      },
    ],
    permissions: [...reader, ...laresRole],
    streams: 'all',
  },
  {
    username: 'admin',
    password: 'not-for-lares-at-all',
    tokens: [],
    permissions: ['*'],
    streams: 'all',
  },
];

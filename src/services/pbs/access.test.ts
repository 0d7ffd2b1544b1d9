import { describe, expect, test } from 'vitest';
import { backups, granted } from '../../../test/backup-lab.ts';
import { configureService } from '../../core/config/env.ts';
import { recommended, type Acl } from './fake/index.ts';
import { pbs } from './index.ts';

const env = {
  PBS_URL: 'https://pbs.example.net:8007',
  PBS_TOKEN_ID: 'lares@pbs!lares',
  PBS_TOKEN_SECRET: '0d3c5a52-8d0e',
};
const target = (more: Record<string, string> = {}) => configureService(pbs, { ...env, ...more });

describe('configuration', () => {
  test.each([
    'https://pbs.example.net:8007',
    'https://pbs.example.net:8007/',
    'https://pbs.example.net:8007/api2/json',
    'https://pbs.example.net:8007/api2/json/',
  ])('%s', (PBS_URL) => {
    expect(target({ PBS_URL }).targets.get('default')?.baseUrl).toBe(
      'https://pbs.example.net:8007/api2/json',
    );
  });

  test('between id and secret stands a colon, and the secret is encoded, since the server decodes it', () => {
    expect(target({ PBS_TOKEN_SECRET: 'a%b:c=d' }).targets.get('default')?.headers).toEqual({
      authorization: 'PBSAPIToken=lares@pbs!lares:a%25b%3Ac%3Dd',
    });
  });

  test.each([
    ['PBS_TOKEN_ID', 'lares@pbs'],
    ['PBS_TOKEN_ID', 'lares@pbs!lares:secret'],
    ['PBS_TOKEN_ID', 'root'],
    ['PBS_URL', 'pbs:8007'],
    ['PBS_PART_TIME', 'sometimes'],
    ['PBS_FULL_DAYS', 'soon'],
    ['PBS_DATASTORE_WARN_PERCENT', '120'],
  ])('%s=%s is refused by name', (variable, value) => {
    const { state, problems } = target({ [variable]: value });
    expect([state, problems]).toEqual(['invalid', [expect.stringContaining(`${variable}: `)]]);
  });

  test('part-time is off unless said', () => {
    expect(target().targets.get('default')?.partTime).toBe(false);
    expect(target({ PBS_PART_TIME: 'true' }).targets.get('default')?.partTime).toBe(true);
  });
});

describe('refusals', () => {
  test('a wrong secret: the server does not say what is wrong, Lares says what to look at', async () => {
    const {
      call,
      health,
      pbs: server,
    } = await backups({ env: { PBS_TOKEN_SECRET: 'wrong-secret-1' } });
    const { isError, text } = await call('pbs_list_datastores');
    expect([isError, text]).toEqual([
      true,
      expect.stringMatching(
        /401 authentication failed\. Check PBS_TOKEN_ID \(USER@REALM!TOKEN\) and PBS_TOKEN_SECRET/,
      ),
    ]);
    expect(text).not.toContain('wrong-secret-1');
    expect((await health()).state.state).toBe('denied');
    expect(server.requests[0]?.headers.authorization).toBe(
      `PBSAPIToken=${recommended.id}:wrong-secret-1`,
    );
  });

  test.each<[string, number, string, RegExp]>([
    [
      'a privilege that is named',
      403,
      'permission check failed - missing Datastore.Audit|Datastore.Backup on /datastore/main',
      /The token lacks Datastore\.Audit or Datastore\.Backup on \/datastore\/main\. On the server: proxmox-backup-manager acl update \/ Audit --auth-id USER@REALM && proxmox-backup-manager acl update \/ Audit --auth-id 'USER@REALM!TOKEN'/,
    ],
    [
      'a privilege that is named in a 400',
      400,
      "missing permissions 'Remote.Audit' on '/remote/attic'",
      /The token lacks Remote\.Audit on \/remote\/attic\. On the server: proxmox-backup-manager acl update \/remote RemoteAudit/,
    ],
    [
      'a privilege that is not named',
      403,
      'permission check failed',
      /403 permission check failed\. The token lacks Datastore\.Audit/,
    ],
    [
      'a store nobody knows',
      400,
      "no such datastore 'main'",
      /400 no such datastore 'main'\. pbs_list_datastores names/,
    ],
    ['a disk that is away', 400, "datastore 'main' is not mounted", /removable datastore/],
    [
      'maintenance',
      400,
      "datastore 'main' is unavailable: offline maintenance mode: new disks",
      /Somebody set it so/,
    ],
    [
      'several wrong parameters, on several lines',
      400,
      "parameter verification failed:\n- 'a': no\n- 'b': no",
      /parameter verification failed: - 'a': no - 'b': no\./,
    ],
    [
      'a disk that fails is a 400 as well',
      400,
      'reading manifest failed: Input/output error (os error 5)',
      /Input\/output error \(os error 5\)\. The task log/,
    ],
    ['a page of a proxy', 502, '<html><body>Bad Gateway</body></html>', /502 Bad Gateway/],
    ['nothing', 500, '', /500 Internal Server Error/],
  ])('%s', async (_, status, body, words) => {
    const { call, pbs: server } = await backups();
    server.inject(
      { status, body, headers: { 'content-type': 'application/json;charset=UTF-8' } },
      { path: /admin\/datastore$/ },
    );
    const { isError, text } = await call('pbs_list_datastores');
    expect([isError, text]).toEqual([true, expect.stringMatching(words)]);
    expect(text).not.toContain('\n');
  });

  test.each([
    [400, "missing permissions 'Datastore.Verify' on '/datastore/main'"],
    [400, 'permission check failed - missing Datastore.Audit on /datastore/main'],
    [403, 'permission check failed'],
  ])('what is not permitted is a gap and no fault, also as a %i: %s', async (status, body) => {
    const { health, pbs: server } = await backups();
    server.inject({ status, body }, { path: /admin\/verify$/ });
    const { state } = await health();
    expect(state.gaps).toContainEqual(
      expect.objectContaining({ why: expect.stringContaining(body), denied: true }),
    );
    expect(state.state).not.toBe('partial');
  });

  test('a shape it does not know is said to be one, and by its field', async () => {
    const { call, pbs: server } = await backups();
    server.inject(
      { status: 200, body: '{"data":[{"store":"main","total":"12"}]}' },
      { path: /datastore-usage/ },
    );
    expect((await call('pbs_list_datastores')).text).toMatch(
      /GET \/status\/datastore-usage: data\.0\.total: .*expected number/,
    );
  });
});

describe('doctor', () => {
  const rights = async (
    acl: Acl,
    user?: Acl,
  ): Promise<{ version: string; rights: string[]; fixes: string[] }> => {
    const { house: runtime } = await backups({ knobs: { tokens: [granted(acl, user)] } });
    const configured = runtime.services.find(({ service }) => service.id === 'pbs');
    const { doctor } = await pbs.load();
    const told = await doctor({
      signal: new AbortController().signal,
      progress: () => undefined,
      now: runtime.now,
      instances: configured?.instances ?? new Map(),
      failed: () => undefined,
    });
    return {
      version: told.version,
      rights: told.rights.map(({ what, granted: may }) => `${may ? 'may' : 'may not'} ${what}`),
      fixes: told.rights.flatMap(({ fix }) => fix ?? []),
    };
  };

  test('with what the README asks for, everything Lares needs and nothing more', async () => {
    expect(await rights({ '/': ['Audit'], '/remote': ['RemoteAudit'] })).toEqual({
      version: '4.2.3',
      fixes: [],
      rights: [
        'may see datastores, their backups and jobs (Datastore.Audit on /datastore)',
        'may see tasks of others than itself (Sys.Audit on /system/tasks)',
        'may see sync jobs with a remote (Remote.Audit on /remote)',
      ],
    });
  });

  test('grants that only the token has, or only its user, are none', async () => {
    const none = await rights({ '/': ['Audit'] }, {});
    expect(none.rights.every((right) => right.startsWith('may not'))).toBe(true);
    expect(none.fixes[0]).toBe(
      "proxmox-backup-manager acl update / Audit --auth-id lares@pbs && proxmox-backup-manager acl update / Audit --auth-id 'lares@pbs!lares'",
    );
  });

  test('a role on one datastore that replaces the right to look there is found, with the command that gives it back', async () => {
    const { rights: told, fixes } = await rights({
      '/': ['Audit'],
      '/remote': ['RemoteAudit'],
      '/datastore/main': ['DatastoreBackup'],
    });
    expect(told).toContainEqual(
      'may not see what is in /datastore/main (Datastore.Audit is lost there, since a grant on a deeper path replaces those above it)',
    );
    expect(fixes).toEqual([
      expect.stringContaining(
        "acl update /datastore/main DatastoreAudit --auth-id 'lares@pbs!lares'",
      ),
    ]);
  });

  test('a token that may do more than look is told so', async () => {
    expect((await rights({ '/': ['Admin'] })).rights.at(-1)).toMatch(
      /^may do more than look, which Lares never needs here: Datastore\.Allocate, .*Sys\.Modify$/,
    );
  });
});

test('the secret leaves in the header and nowhere else', async () => {
  const { call, health, pbs: server } = await backups();
  const texts = [
    (await health()).text,
    (await call('pbs_list_datastores')).text,
    (await call('pbs_list_tasks')).text,
  ].join();
  expect(texts).not.toContain(recommended.secret);
  expect(
    server.requests.every(
      ({ method, path, query, body }) =>
        method === 'GET' && !`${path}${String(query)}${body}`.includes(recommended.secret),
    ),
  ).toBe(true);
});

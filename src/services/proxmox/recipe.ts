import { path } from '../../core/http/path.ts';
import {
  majorOf,
  titleOf,
  type Probe,
  type Product,
  type Recipe,
  type RecipeFor,
  type Setup,
} from '../../core/setup.ts';

const user = 'lares@pve';
const tokenId = `${user}!lares`;

/** The web page tells the version to everybody; the API tells only that it wants a ticket, after three seconds. */
async function recognise({ get }: Probe): Promise<Product | undefined> {
  const page = await get(path`/`);
  const version = /pvemanagerlib\.js\?ver=(\d[\w.]*)/.exec(page?.text ?? '')?.[1];
  if (version !== undefined || /Proxmox Virtual Environment/i.test(titleOf(page)))
    return supported(version);
  const answer = await get(path`/api2/json/version`);
  const isOwn =
    /^pve-api-daemon/.test(String(answer?.headers['server'] ?? '')) ||
    answer?.reason === 'No ticket';
  return answer?.status === 401 && isOwn ? {} : undefined;
}

function supported(version: string | undefined): Product {
  const major = majorOf(version);
  if (major === undefined || major >= 7) return { version };
  return { version, unsupported: 'API tokens as Lares uses them exist from 7 on' };
}

/** What 8.x calls the right to ask a guest's agent. */
const agentPrivilege = (version: string | undefined): string =>
  (majorOf(version) ?? 9) >= 9 ? 'VM.GuestAgent.Audit' : 'VM.Monitor';

function grants(path: string, role: string): string[] {
  return [
    `pveum acl modify ${path} -user ${user} -role ${role}`,
    `pveum acl modify ${path} -token '${tokenId}' -role ${role}`,
  ];
}

function recipes({ version, writes }: RecipeFor): Recipe[] {
  const agent = agentPrivilege(version);
  const needsAgentRole = agent === 'VM.Monitor';
  const role = writes ? 'LaresPower' : 'LaresAgent';
  const privileges = writes ? `VM.Audit VM.PowerMgmt ${agent}` : `VM.Audit ${agent}`;
  return [
    {
      title: 'an API token',
      lines: [
        'In a root shell of any node (its console in the web interface will do). The table at the end shows the secret, once:',
        '',
        `pveum user add ${user}`,
        ...grants('/', 'PVEAuditor').slice(0, 1),
        ...(writes || needsAgentRole
          ? [`pveum role add ${role} -privs "${privileges}"`, ...grants('/vms', role).slice(0, 1)]
          : []),
        `pveum user token add ${user} lares -privsep 1`,
        ...grants('/', 'PVEAuditor').slice(1),
        ...(writes || needsAgentRole ? grants('/vms', role).slice(1) : []),
        '',
        ...(version === undefined && (writes || needsAgentRole)
          ? ['8.x calls VM.GuestAgent.Audit VM.Monitor.']
          : []),
        `"already exists" is fine for the user and the role; a token that exists has to go first: pveum user token remove ${user} lares`,
      ],
      fields: [{ field: 'token_id', suggestion: tokenId }, { field: 'token_secret' }],
    },
  ];
}

export const setup: Setup = {
  ports: [{ port: 8006, scheme: 'https' }],
  names: /^(?:pve|proxmox)(?![a-z])(?!.*(?:exporter|backup))/i,
  writes: 'start, stop and restart guests',
  fingerprint: 'openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem',
  recognise,
  recipes,
};

import { isObject, parseJson } from '../../core/base/json.ts';
import { path } from '../../core/http/path.ts';
import { titleOf, type Probe, type Product, type Recipe, type Setup } from '../../core/setup.ts';

const user = 'lares@pbs';
const tokenId = `${user}!lares`;

/** `ping` answers everybody, on its relatives too: their pages say what they are. The version is for those who have logged in. */
async function recognise({ get }: Probe): Promise<Product | undefined> {
  const answer = await get(path`/api2/json/ping`);
  const body = parseJson(answer?.text ?? '');
  if (!isObject(body) || !isObject(body['data']) || body['data']['pong'] !== true) return undefined;
  const title = titleOf(await get(path`/`));
  return /Proxmox (?!Backup)/i.test(title) ? undefined : {};
}

function recipes(): Recipe[] {
  return [
    {
      title: 'an API token',
      lines: [
        'In a root shell of the backup server. generate-token shows the secret ("value"), once:',
        '',
        `proxmox-backup-manager user create ${user}`,
        `proxmox-backup-manager user generate-token ${user} lares`,
        `for id in ${user} '${tokenId}'; do`,
        '  proxmox-backup-manager acl update / Audit --auth-id "$id"',
        '  proxmox-backup-manager acl update /remote RemoteAudit --auth-id "$id"',
        'done',
        '',
        `A token that exists has to go first: proxmox-backup-manager user delete-token ${user} lares`,
      ],
      fields: [{ field: 'token_id', suggestion: tokenId }, { field: 'token_secret' }],
    },
  ];
}

export const setup: Setup = {
  ports: [{ port: 8007, scheme: 'https' }],
  names: /^(?:pbs|proxmox-?backup)(?![a-z])(?!.*exporter)/i,
  fingerprint: 'proxmox-backup-manager cert info',
  recognise,
  recipes,
};

import { isObject, parseJson } from '../../core/base/json.ts';
import { path } from '../../core/http/path.ts';
import {
  titleOf,
  type Probe,
  type Product,
  type Recipe,
  type RecipeFor,
  type Setup,
} from '../../core/setup.ts';

const anonymous = 'Authentication credentials were not provided.';

/** Where reading needs no login the status tells the version; elsewhere a header does, or the page says what it is. */
async function recognise({ get }: Probe): Promise<Product | undefined> {
  const answer = await get(path`/api/status/`);
  const body = parseJson(answer?.text ?? '');
  if (!answer || !isObject(body)) return undefined;
  const version = body['netbox-version'];
  if (typeof version === 'string') return { version: version.replace(/-.*$/, '') };
  if (answer.status !== 403 || body['detail'] !== anonymous) return undefined;
  const release = answer.headers['api-version'];
  if (typeof release === 'string') return { version: release };
  return /netbox/i.test(titleOf(await get(path`/login/`))) ? {} : undefined;
}

function recipes({ url }: RecipeFor): Recipe[] {
  return [
    {
      title: 'an API token',
      lines: [
        `In ${url} as an administrator:`,
        '1. Admin > Users > Add: lares, with a long password.',
        '2. Admin > Permissions > Add: lares view, action "Can view", user lares, object types',
        '   dcim | device, dcim | site, virtualization | virtual machine, ipam | IP address, ipam | prefix, ipam | IP range, ipam | VLAN, ipam | VRF',
        '3. Admin > API Tokens > Add: user lares, "Write enabled" off.',
        '',
        'From 4.5 on the whole token is nbt_<key>.<token>, shown once; before, it is 40 characters.',
      ],
      fields: [{ field: 'token' }],
    },
  ];
}

export const setup: Setup = {
  ports: [
    { port: 443, scheme: 'https' },
    { port: 8000, scheme: 'http' },
    { port: 80, scheme: 'http' },
  ],
  names: /^netbox(?![a-z])/i,
  recognise,
  recipes,
};

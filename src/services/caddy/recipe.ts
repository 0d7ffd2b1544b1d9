import { isObject, parseJson } from '../../core/base/json.ts';
import { path } from '../../core/http/path.ts';
import type { Probe, Product, Recipe, RecipeFor, Setup } from '../../core/setup.ts';

const hostRefused = /host not allowed/;

/** The admin API has no login: its list of upstreams and the small part of its configuration about itself tell it apart. No other part is read before it was accepted. */
async function recognise({ get }: Probe): Promise<Product | undefined> {
  const upstreams = await get(path`/reverse_proxy/upstreams`);
  const list = parseJson(upstreams?.text ?? '');
  if (upstreams?.status === 403 && isObject(list) && hostRefused.test(String(list['error'])))
    return {
      open: true,
      unsure: 'It answers only to a host name that it knows, as the admin API of Caddy does',
    };
  const config = await get(path`/config/admin`);
  const admin = parseJson(config?.text ?? '');
  const isAdmin =
    upstreams?.status === 200 &&
    (Array.isArray(list) || list === null) &&
    config?.status === 200 &&
    (admin === null || isObject(admin));
  return isAdmin ? { open: true } : undefined;
}

function recipes({ unsure }: RecipeFor): Recipe[] {
  return [
    {
      title: 'the admin API as it is',
      lines: [
        'The admin API has no login: whoever reaches it can replace the configuration. Lares sends it nothing but GET.',
        'A unix socket, or the remote admin API with a client certificate that may only read, are safer: `lares resources manual/caddy` shows both.',
        ...(unsure
          ? [
              '',
              'CADDY_HOST_HEADER is the name it knows itself by, with the port: localhost:2019 unless its configuration says otherwise.',
            ]
          : []),
      ],
      fields: unsure ? [{ field: 'host_header', suggestion: 'localhost:2019' }] : [],
    },
  ];
}

export const setup: Setup = {
  ports: [{ port: 2019, scheme: 'http' }],
  names: /^caddy\d*(?![a-z])(?!.*exporter)/i,
  recognise,
  recipes,
};

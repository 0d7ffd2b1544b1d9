import * as z from 'zod';
import type { ClientOptions } from '../../core/http/index.ts';
import { parseJson } from '../../core/base/json.ts';

const Refusal = z
  .object({ error: z.object({ key: z.string(), message: z.string(), hint: z.string().nullish() }) })
  .transform(({ error }) => error);

export const sudoCommand = 'pihole-FTL --config webserver.api.app_sudo true';

/** Pi-hole's reason is in the body; a 404 for a record that is not there has none at all. */
export const describeError: NonNullable<ClientOptions['describeError']> = ({
  status,
  text,
  method,
  target,
}) => {
  const { data: error } = Refusal.safeParse(parseJson(text));
  if (!error)
    return status === 404 && method === 'DELETE' && target.startsWith('/config/')
      ? { reason: 'not there', hint: 'Another program (a sync tool?) removed it first.' }
      : undefined;
  return {
    reason: error.hint ? `${error.message} (${error.hint})` : error.message,
    hint: hintFor(status, error.key, `${error.message} ${error.hint ?? ''}`),
  };
};

function hintFor(status: number, key: string, said: string): string | undefined {
  if (said.includes('app_sudo'))
    return `An app password may only read the configuration. On that machine: ${sudoCommand}; or set PIHOLE_PASSWORD to the web password`;
  if (said.includes('environment variables'))
    return 'This list is set where the container is defined (FTLCONF_…): change it there';
  if (/dns\.(hosts|cnameRecords)\[\d+\]/.test(said))
    return 'The number is the place in the list: if that is not the new entry, an older one is invalid and blocks every change until it is corrected in the web interface';
  if (said.includes('duplicate CNAME'))
    return 'A name can be a CNAME only once: remove the other record first';
  if (key === 'rate_limiting') return 'Pi-hole asks to slow down. Try again in a few seconds';
  if (status === 401)
    return 'The session ended and a new one was refused as well. Check the password with `lares doctor`';
  return undefined;
}

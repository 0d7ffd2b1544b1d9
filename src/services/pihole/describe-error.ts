import { UpstreamError } from '../../core/base/errors.ts';
import { isWebPage, type ClientOptions } from '../../core/http/index.ts';
import { parseJson } from '../../core/base/json.ts';
import { Refusal } from './schema/index.ts';

/** Lets an app password change the configuration; to be run on the machine of the Pi-hole. */
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

function hintFor(status: number, key: string, text: string): string | undefined {
  if (text.includes('app_sudo'))
    return `An app password may only read the configuration. On that machine: ${sudoCommand}; or set PIHOLE_PASSWORD to the web password`;
  if (text.includes('environment variables'))
    return 'This list is set where the container is defined (FTLCONF_…): change it there';
  if (/dns\.(hosts|cnameRecords)\[\d+\]/.test(text))
    return 'The number is the place in the list: if that is not the new entry, an older one is invalid and blocks every change until it is corrected in the web interface';
  if (text.includes('duplicate CNAME'))
    return 'A name can be a CNAME only once: remove the other record first';
  if (key === 'rate_limiting') return 'Pi-hole asks to slow down. Try again in a few seconds';
  if (status === 401)
    return 'The session ended and a new one was refused as well. Check the password with `lares doctor`';
  return undefined;
}

/** Whether a change was refused only because another one was being checked at the same moment. */
export const isCollision = (error: unknown): boolean =>
  error instanceof UpstreamError &&
  error.status === 400 &&
  /cannot (?:read|open) \S*dnsmasq\.conf\.temp/.test(error.message);

/** Whether a refused login wants a code, which Lares cannot type. */
export const isTwoFactor = (reason: string): boolean => reason.includes('2FA');

/** The way out of a refused login; empty where there is none to tell. */
export function loginHint(
  status: number,
  key: string | undefined,
  reason: string,
  password: string | undefined,
): string {
  if (key === 'api_seats_exceeded')
    return 'All its sessions are in use (webserver.api.max_sessions, 16 by default), by browsers and tools that never log out. Lares does not try again by itself: end some under Settings > Web interface / API, or wait until they expire (30 min)';
  if (key === 'rate_limiting')
    return 'Somebody tried wrong passwords a moment ago, and Pi-hole then refuses the right one too. Try again in a few seconds';
  if (isTwoFactor(reason))
    return 'Two-factor login is on, and Lares cannot type codes. Make an app password (Settings > Web interface / API > Configure app password): it needs no code';
  if (status === 401 && password === undefined)
    return 'This Pi-hole wants a password, and PIHOLE_PASSWORD (or PIHOLE_<INSTANCE>_PASSWORD for one of several) is not set';
  if (status === 401)
    return 'PIHOLE_PASSWORD (or PIHOLE_<INSTANCE>_PASSWORD) is not the web password nor the app password of this instance. Tools that sync a pair may have copied the password of the other one';
  if (status === 404) return 'Is this Pi-hole v6? Version 5 has no such API';
  return status >= 500 ? 'FTL has a problem of its own; its log should say which' : '';
}

/** The web server of FTL has a page for paths it does not know. */
export const isOwnRefusal: NonNullable<ClientOptions['isOwnRefusal']> = (answer) =>
  answer.status === 404 && isWebPage(answer);

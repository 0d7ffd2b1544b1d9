import { isObject, parseJson } from '../../core/base/json.ts';
import { isWebPage, type ClientOptions } from '../../core/http/index.ts';

/** What a missing scope is called, by what was asked. From 2.x keys are held to their scopes; in 1.x only with an Enterprise licence. */
function scopeFor(target: string): string {
  if (/^\/executions\/./.test(target)) return 'execution:read';
  return target.startsWith('/executions') ? 'execution:list' : 'workflow:list';
}

/** What n8n meant by a refusal, and what to do about it; undefined where it is a page that says nothing. */
export const describeError: NonNullable<ClientOptions['describeError']> = ({
  status,
  text,
  target,
}) => {
  const body = parseJson(text);
  if (!isObject(body)) {
    if (status !== 404) return undefined;
    return {
      reason: 'a web page',
      hint: 'n8n is still starting, its public API is switched off (N8N_PUBLIC_API_DISABLED), or this is not where n8n itself starts. With N8N_PATH n8n serves its API at /api/v1 all the same: leave the path out, unless a proxy in front takes it off.',
      front: true,
    };
  }
  const reason = typeof body['message'] === 'string' ? body['message'] : undefined;
  const hint = {
    400: 'This n8n does not take that. Lares knows 1.123 and 2.x; an older one may lack a parameter.',
    401: 'The API key is wrong or has ended, its account is disabled, or a proxy in front drops the X-N8N-API-KEY header. Make one under Settings > n8n API.',
    403: /license/i.test(reason ?? '')
      ? 'That part of n8n needs a licence.'
      : `The API key lacks the scope: ${scopeFor(target)}. Make a key with it under Settings > n8n API.`,
    503: 'n8n runs, but its database is not connected or being migrated.',
  }[status];
  return { reason: reason ?? (body['status'] === 'error' ? 'not ready' : undefined), hint };
};

/** While it starts, and where its API is switched off, n8n answers with a page that says 404. */
export const isOwnRefusal: NonNullable<ClientOptions['isOwnRefusal']> = (answer) =>
  answer.status === 404 && isWebPage(answer);

import { InputError } from '../core/base/errors.ts';
import { readGlobals } from '../core/config/globals.ts';
import { table } from '../core/base/table.ts';
import { scopes, TokenFile, type Scope } from '../mcp/http/auth/tokens.ts';
import { readSettings } from '../mcp/http/settings.ts';
import { services } from '../services/index.ts';
import { defineCommand, exit, type Common } from './command.ts';
import { environment, print, printJson } from './run.ts';

interface TokenOptions extends Common {
  scope: string;
  services?: string;
}

export const tokenCommand = defineCommand({
  name: 'token',
  summary: 'who may use Lares over HTTP: add NAME, list, revoke NAME',
  arguments: [{ syntax: '<action>', description: 'add, list or revoke' }, { syntax: '[name]' }],
  options: [
    {
      flags: '--scope <scope>',
      description:
        'read, write, or approve (for a person: opens the approval page and nothing else)',
      fallback: 'read',
    },
    { flags: '--services <ids>', description: 'only these services, with commas' },
  ],
  common: 'all',
  run: token,
});

/** Bearer tokens for the HTTP server. A running server sees every change at the next request. */
async function token(
  action: string,
  name: string | undefined,
  options: TokenOptions,
): Promise<number> {
  const env = environment(options.envFile);
  const tokens = new TokenFile(readSettings(env, {}, readGlobals(env)).tokensFile);
  if (action === 'list') return list(tokens, options);
  if (name === undefined || (action !== 'add' && action !== 'revoke'))
    throw new InputError(
      `lares token ${action}${name === undefined && (action === 'add' || action === 'revoke') ? ': whose?' : ': no such action'}`,
      { hint: 'It is `lares token add NAME`, `lares token list` or `lares token revoke NAME`.' },
    );
  if (action === 'add') return add(tokens, name, options);
  await tokens.revoke(name);
  print(`Revoked: ${name} is not let in any more.`);
  return exit.fine;
}

async function add(
  tokens: TokenFile,
  name: string,
  { scope, services: only, json }: TokenOptions,
): Promise<number> {
  if (!isScope(scope))
    throw new InputError(`--scope ${scope}: no such scope`, {
      hint: `One of: ${scopes.join(', ')}.`,
    });
  const ids = only
    ?.split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  const unknown = ids?.find((id) => !services.some((service) => service.id === id));
  if (unknown !== undefined)
    throw new InputError(`--services ${unknown}: no such service`, {
      hint: `One of: ${services.map(({ id }) => id).join(', ')}.`,
    });
  const secret = await tokens.add(name, scope, ids, Date.now());
  if (json) printJson({ name, scope, ...(ids && { services: ids }), token: secret });
  else
    print(
      `${secret}\n\nThis is the only time it is shown: ${tokens.file} holds its hash. ${use[scope]}`,
    );
  return exit.fine;
}

const use: Readonly<Record<Scope, string>> = {
  read: 'Clients send it as "Authorization: Bearer …"; it sees no write tools.',
  write: 'Clients send it as "Authorization: Bearer …"; it sees write tools, behind the gate.',
  approve:
    'A person types it into the approval page. Keep it away from AI clients: it opens nothing else.',
};

const isScope = (text: string): text is Scope => (scopes as readonly string[]).includes(text);

function list(tokens: TokenFile, { json }: TokenOptions): number {
  const kept = tokens.entries();
  if (json)
    printJson({
      file: tokens.file,
      tokens: kept.map(({ name, scope, services: only, created }) => ({
        name,
        scope,
        services: only ?? 'all',
        created,
      })),
    });
  else
    print(
      kept.length === 0
        ? `No tokens yet (${tokens.file}).`
        : table(kept, {
            name: ({ name }) => name,
            scope: ({ scope }) => scope,
            services: ({ services: only }) => only?.join(' ') ?? 'all',
            created: ({ created }) => created.slice(0, 10),
          }),
    );
  return exit.fine;
}

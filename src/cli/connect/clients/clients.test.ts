import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../../core/base/json.ts';
import type { Client } from '../client.ts';
import { tokenVariable } from '../entry.ts';
import documented from '../fixtures/documented.json' with { type: 'json' };
import { setEntry } from '../formats/format.ts';
import { clients } from './index.ts';

/** The entry as a reader of the client's file sees it, in its section. */
function written(client: Client, kind: 'program' | 'remote'): JsonObject {
  const { format, section } = client.file!;
  const entry =
    kind === 'program'
      ? client.program!(
          {
            command: '/usr/bin/node',
            args: ['/opt/lares/dist/lares.js', 'serve', '--env', '/home/me/homelab.env'],
            env: { LARES_STATE_DIR: '/home/me/.local/state/lares' },
          },
          'lares',
        )
      : client.remote!(
          { url: 'https://lares.example.net/mcp', tokenVariable: tokenVariable(client) },
          'lares',
        );
  return format.read(setEntry(format, '', [...section({}), 'lares'], entry));
}

const texts = z.record(z.string(), z.string());
const section = <Entry extends z.ZodType>(name: string, entry: Entry) =>
  z.strictObject({ [name]: z.strictObject({ lares: entry }) });

/**
 * What the sources of the open clients accept, as the addresses in their `source` have it.
 * Strict where they are strict, and where an unknown field would be ignored without a word.
 */
const accepted: Readonly<Record<string, z.ZodType>> = {
  codex: section(
    'mcp_servers',
    z.union([
      z.strictObject({ command: z.string(), args: z.array(z.string()), env: texts }),
      z.strictObject({ url: z.string(), bearer_token_env_var: z.string() }),
    ]),
  ),
  zed: section(
    'context_servers',
    z.union([
      z.strictObject({ command: z.string(), args: z.array(z.string()), env: texts }),
      z.strictObject({ url: z.string(), headers: texts }),
    ]),
  ),
  gemini: section(
    'mcpServers',
    z.union([
      z.strictObject({ command: z.string(), args: z.array(z.string()), env: texts }),
      z.strictObject({ httpUrl: z.string(), headers: texts }),
    ]),
  ),
  opencode: section(
    'mcp',
    z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('local'),
        command: z.array(z.string()).min(1),
        environment: texts,
      }),
      z.strictObject({
        type: z.literal('remote'),
        url: z.string(),
        headers: texts,
        oauth: z.literal(false),
      }),
    ]),
  ),
  goose: section(
    'extensions',
    z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('stdio'),
        enabled: z.boolean(),
        name: z.string(),
        description: z.string(),
        cmd: z.string(),
        args: z.array(z.string()),
        envs: texts,
        timeout: z.int().positive(),
      }),
      z.strictObject({
        type: z.literal('streamable_http'),
        enabled: z.boolean(),
        name: z.string(),
        description: z.string(),
        uri: z.string(),
        headers: texts,
        env_keys: z.array(z.string()),
        timeout: z.int().positive(),
      }),
    ]),
  ),
  continue: z.strictObject({
    mcpServers: z.tuple([
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('stdio'),
          name: z.string(),
          command: z.string(),
          args: z.array(z.string()),
          env: texts,
        }),
        z.strictObject({
          type: z.literal('streamable-http'),
          name: z.string(),
          url: z.string(),
          requestOptions: z.strictObject({ headers: texts }),
        }),
      ]),
    ]),
  }),
  cline: section(
    'mcpServers',
    z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('stdio'),
        command: z.string(),
        args: z.array(z.string()),
        env: texts,
      }),
      z.strictObject({ type: z.literal('streamableHttp'), url: z.url(), headers: texts }),
    ]),
  ),
};

const withFile = clients.filter(({ file }) => file !== undefined);

describe('an entry is what its client reads', () => {
  it.each(
    withFile
      .filter(({ source }) => source.kind === 'code')
      .map((client) => [client.id, client] as const),
  )('%s: by its own source', (id, client) => {
    for (const kind of ['program', 'remote'] as const)
      expect(accepted[id]?.parse(written(client, kind))).toEqual(written(client, kind));
  });

  it.each(
    withFile
      .filter(({ source }) => source.kind === 'docs')
      .map((client) => [client.id, client] as const),
  )('%s: as its documentation had it on the day that the fixture names', (id, client) => {
    const page = (documented as Record<string, any>)[id];
    expect([page.source, page.read]).toEqual([client.source.urls, client.source.read]);
    expect(written(client, 'program')).toEqual(page.program);
    if (client.remote) expect(written(client, 'remote')).toEqual(page.remote);
    else expect(page).not.toHaveProperty('remote');
  });

  it('is checked for every client in one of the two ways', () => {
    const checked = [
      ...Object.keys(accepted),
      ...Object.keys(documented).filter((id) => id !== 'of'),
    ];
    expect(checked.sort()).toEqual(withFile.map(({ id }) => id).sort());
  });
});

it('docs/clients.md says of every client where its file is, and where that was learned', () => {
  const page = readFileSync(new URL('../../../../docs/clients.md', import.meta.url), 'utf8');
  const shown = (place: string): string =>
    place
      .replace('{home}', '~')
      .replace('{config}', '~/.config')
      .replace('{appData}', '%APPDATA%')
      .replace(/\{(\w+)\}/, '$$$1');
  for (const { id, title, file, source, reference } of clients) {
    const facts = [
      title,
      `\`${id}\``,
      source.read,
      ...source.urls,
      ...Object.values(file?.user ?? {})
        .flat()
        .map(shown),
      ...(file?.override ? [shown(file.override)] : []),
      ...(file?.project ? [`\`${file.project}\``] : []),
      ...(reference ? [reference('NAME')] : []),
    ];
    for (const fact of facts) expect(page, `docs/clients.md does not say ${fact}`).toContain(fact);
  }
});

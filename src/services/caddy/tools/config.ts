import * as z from 'zod';
import { canonical, type Json } from '../../../core/base/json.ts';
import { lines } from '../../../core/base/table.ts';
import { quoted } from '../../../core/base/text.ts';
import { plural } from '../../../core/base/units.ts';
import { read } from '../client.ts';
import { jsonLines, outline } from '../outline.ts';
import { redactConfig } from '../redact.ts';

/** What an answer may hold of configuration, in characters, over all its versions. */
const maxCharacters = 12_000;

export const getConfig = read({
  name: 'caddy_get_config',
  title: 'Show the config of the reverse proxy',
  description: 'Read the JSON config Caddy runs with, whole or below a path, credentials redacted.',
  example: { path: 'apps/http/servers/srv0/routes/0' },
  input: z.strictObject({
    path: z.string().default('').describe('e.g. apps/http/servers/srv0/routes/0'),
  }),
  output: z.object({
    path: z.string(),
    versions: z.array(
      z.object({
        on: z.array(z.string()).describe('Instances that have it so'),
        config: z.unknown().meta({ multiline: true }),
        whole: z.boolean().describe('false: what did not fit is folded into its size'),
        redacted: z.array(z.string()).describe('Paths of credentials that were taken out'),
        placeholders: z
          .array(z.object({ path: z.string(), value: z.string() }))
          .describe('Credentials that come from outside the config'),
      }),
    ),
  }),
  async run({ path }, caddy) {
    const segments = segmentsOf(path);
    const configs = await caddy.all((instance) => instance.configAt(segments));
    const byContent = new Map<string, { config: Json; on: string[] }>();
    for (const { instance, value } of configs) {
      const known = byContent.get(canonical(value));
      if (known) known.on.push(instance);
      else byContent.set(canonical(value), { config: value, on: [instance] });
    }
    const versions = [...byContent.values()].map(({ config, on }) => {
      const { config: shown, redacted, placeholders } = redactConfig(config, segments);
      const { value, whole } = outline(shown, Math.floor(maxCharacters / byContent.size));
      return { on, config: value, whole, redacted, placeholders };
    });
    return { path: segments.join('/'), versions };
  },
  text: ({ path, versions }) =>
    versions
      .map(({ on, config, whole, redacted, placeholders }) =>
        lines(
          `Config of ${on.join(' and ')}${path && ` at ${path}`}${versions.length > 1 ? ' (the instances differ)' : ''}${redacted.length > 0 ? `, ${plural(redacted.length, 'credential')} redacted` : ''}${config === null && path === '' ? ': none is loaded' : ''}.`,
          !whole && 'Too long to show: {…n: keys} and […n] are folded. Give path for the rest.',
          ...placeholders.map(({ path: at, value }) => `From outside: ${at} ${value}`),
          quoted('Native JSON', jsonLines(config as Json)),
        ),
      )
      .join('\n\n'),
});

/** As Caddy's own paths are written, with or without `/config` in front. */
const segmentsOf = (path: string): string[] => {
  const inner = path.replace(/^\/?(?:config(?:\/|$))?/, '').replace(/\/$/, '');
  return inner === '' ? [] : inner.split('/');
};

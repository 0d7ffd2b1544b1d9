import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allTools } from '../src/catalog.ts';
import { services } from '../src/services/index.ts';

const root = new URL('../src/', import.meta.url);
const allFiles = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();
const source = allFiles.filter((file) => !file.endsWith('.test.ts'));
const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8');
/** Code without comments: a comment may name whom it likes. */
const codeOf = (file: string): string =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1');
const ownImports = (file: string): string[] =>
  [...textOf(file).matchAll(/(?:from|import\()\s*['"`](\.[^'"`]+)['"`]/g)].map(([, to = '']) =>
    new URL(to, new URL(file, root)).pathname.slice(root.pathname.length),
  );

const isFake = (file: string): boolean => /^services\/[^/]+\/fake\//.test(file);
const folder = (file: string): string => file.split('/')[0] ?? '';

/** Files of these folders of core. */
const inCore =
  (...folders: readonly string[]) =>
  (file: string): boolean =>
    folders.some((name) => file.startsWith(`core/${name}/`));

/** Which folder may import which. Everything points down: cli, mcp → homelab → services → core; demo → services' fakes → demo/world. */
const layers: {
  of: string;
  files: (file: string) => boolean;
  may: (to: string, from: string) => boolean;
  teach: string;
}[] = [
  {
    of: 'core',
    files: (file) => folder(file) === 'core',
    may: (to) => folder(to) === 'core' || to === 'version.ts',
    teach: 'core knows no service and no transport: pass what it needs as an argument',
  },
  {
    of: 'core/base',
    files: inCore('base'),
    may: inCore('base'),
    teach: 'base is what everything stands on: it imports nothing else of core',
  },
  {
    of: 'core/http',
    files: inCore('http'),
    may: (to) => inCore('base', 'http')(to) || to === 'version.ts',
    teach: 'http sends what it is given: who may send stands in the gate, where to in the target',
  },
  {
    of: 'core/config',
    files: inCore('config'),
    may: (to) =>
      inCore('base', 'config')(to) ||
      ['core/http/endpoint.ts', 'core/gate/policy.ts', 'core/gate/protect.ts'].includes(to),
    teach:
      'config turns variables into plain data: it knows the shape of a target, the levels and the rules, and nothing that acts on them',
  },
  {
    of: 'core/state',
    files: inCore('state'),
    may: inCore('base', 'state'),
    teach: 'state keeps what it is given: what it means is decided in the gate',
  },
  {
    of: 'core/gate',
    files: inCore('gate'),
    may: (to) =>
      inCore('base', 'state', 'gate')(to) || ['core/tool.ts', 'core/map.ts'].includes(to),
    teach:
      'the gate knows plans, records, the shape of a tool (core/tool.ts) and the names of things (core/map.ts): no socket, no configuration, no service',
  },
  {
    of: 'services',
    files: (file) => folder(file) === 'services' && !isFake(file) && file !== 'services/index.ts',
    may: (to, from) =>
      folder(to) === 'core' || to.startsWith(from.split('/').slice(0, 2).join('/')),
    teach:
      'a service imports core and its own folder, nothing else: what two services share belongs into core, what joins them into homelab',
  },
  {
    of: 'fakes',
    files: isFake,
    may: (to, from) =>
      folder(to) === 'demo' || to.startsWith(from.split('/').slice(0, 2).join('/')),
    teach:
      'a fake stands on demo/loopback and demo/world only, so that it cannot be right by sharing code with what it tests',
  },
  {
    of: 'homelab',
    files: (file) => folder(file) === 'homelab',
    may: (to) => ['core', 'homelab', 'services'].includes(folder(to)),
    teach: 'homelab reads over services; it knows no transport',
  },
  {
    of: 'mcp',
    files: (file) => folder(file) === 'mcp',
    may: (to) =>
      ['core', 'mcp', 'homelab'].includes(folder(to)) || ['catalog.ts', 'version.ts'].includes(to),
    teach: 'mcp turns definitions into a protocol: tools come through catalog.ts',
  },
];

describe('imports point one way', () => {
  it.each(layers)('$of', ({ files, may, teach }) => {
    const wrong = source.filter(files).flatMap((file) =>
      ownImports(file)
        .filter((to) => !to.startsWith('..') && !may(to, file))
        .map((to) => `${file} imports ${to}: ${teach}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('a service cannot go around the gate', () => {
  const forbidden: [RegExp, string][] = [
    [
      /import (?!type )[^;]*core\/(gate\/|state\/|runtime|call\b)/,
      'the gate is reached by nobody but call.ts: return a plan (its types may be imported)',
    ],
    [
      /core\/http\/(?!index\.ts|path\.ts|endpoint\.ts|session\.ts|dns\.ts|tls-probe\.ts)/,
      'sockets belong to core/http: use the ReadHttp or WriteHttp you are given',
    ],
    [
      /\bfetch\(|(?:from|import\(|require\()\s*['"](?:node:)?(?:http|https|http2|net|tls|dns|dgram|child_process|undici)(?:\/\w+)?['"]/,
      'no request leaves but through the http you are given, core/http/dns.ts and core/http/tls-probe.ts',
    ],
    [
      /\bwriteHttp\b|\breadHttp\b/,
      'only defineClient makes an http, and only commit makes one that writes',
    ],
    [
      /process\.(env|stdout|stderr)|console\./,
      'configuration comes through connect, answers through output and text',
    ],
    [/Date\.now\(\)|new Date\(\)/, 'ask fleet.now() or http.now(): tests move time'],
    [
      /\btry\s*\{/,
      'tools do not catch: one place renders errors; use check() in health, parseJson() from core/base/json.ts for text that may not be JSON',
    ],
  ];
  it.each(forbidden)('%s', (pattern, teach) => {
    const wrong = source
      .filter((file) => /^services\/[^/]+\//.test(file) && !isFake(file))
      .filter((file) => pattern.test(codeOf(file)))
      .map((file) => `${file}: ${teach}`);
    expect(wrong).toEqual([]);
  });

  it('writeHttp is made in one place', () => {
    expect(source.filter((file) => /\bwriteHttp\b/.test(codeOf(file)))).toEqual([
      'core/http/index.ts',
      'core/service.ts',
    ]);
  });
});

/** The layout that every service has, so that whoever knows one finds everything in another. `npm run new` writes it. */
const layout = {
  required: {
    'README.md':
      'how to make credentials that can do no more than they must, and what it cannot do',
    'pitfalls.md': 'the traps of the upstream, by version, which a model is told',
    'index.ts': 'the definition and nothing else: id, title, variables, how to connect',
    'settings.ts': 'its variables as `config`, and what the client is told of them as `Settings`',
    'client.ts': 'how to talk to one instance: its reads, and its writes',
    'doctor.ts': 'what its credentials may do',
    'recipe.ts': 'how `lares init` recognises it, and how the least credential is made',
    'schema/index.ts': "the upstream's words, turned into ours",
    'health/index.ts': 'the check-up: what it asks and what it makes of the answers',
    'tools/index.ts': 'its tools, and where the other parts are found when it is loaded',
    'fake/index.ts': 'itself in memory, over the demo world',
  },
  forbidden: {
    'explain.ts': 'describe-error.ts',
    'refusal.ts': 'describe-error.ts',
    'context.ts':
      'inventory.ts for what it knows by name, prompt-steps.ts for what it adds to plans',
    'examples.ts': '`example` on the tool itself',
    'findings/': 'health/, one file a kind of finding',
    'health.ts': 'health/index.ts',
    'schema.ts': 'schema/index.ts',
    'fake.ts': 'fake/index.ts',
    'health/view.ts': 'health/checkup.ts',
    'health/place.ts': 'health/finding.ts',
  },
} as const;

describe.each(services.map(({ id }) => id))('the folder of %s', (id) => {
  const own = readdirSync(new URL(`services/${id}/`, root), { recursive: true, encoding: 'utf8' });

  it('has what every service has, where every service has it', () => {
    const missing = Object.entries(layout.required)
      .filter(([part]) => !own.includes(part))
      .map(([part, what]) => `services/${id}/${part} is missing: ${what}`);
    expect(missing).toEqual([]);
    expect(
      own.filter((file) => file.startsWith('fixtures/')).length,
      `services/${id}/fixtures/ holds no recording: what a real one answered, and which version it was`,
    ).toBeGreaterThan(0);
    expect(
      own.filter((file) => file.endsWith('.test.ts')).length,
      `services/${id} has no test beside it`,
    ).toBeGreaterThan(0);
  });

  it('calls nothing by another name', () => {
    const wrong = Object.entries(layout.forbidden)
      .filter(([part]) => own.includes(part.replace(/\/$/, '')))
      .map(([part, instead]) => `services/${id}/${part}: in a service this is ${instead}`);
    expect(wrong).toEqual([]);
  });

  it('keeps the definition free of everything that is read at the first call', () => {
    const heavy = [
      ...textOf(`services/${id}/index.ts`).matchAll(/^import (?!type )[^;]*from '(\.\/[^']+)'/gm),
    ]
      .map(([, file = '']) => file)
      .filter((file) => file !== './settings.ts');
    expect(
      heavy,
      'index.ts is loaded at every start: it may import core and ./settings.ts, and loads ./tools/index.ts when asked',
    ).toEqual([]);
  });
});

describe('every file', () => {
  const names = new RegExp(
    `\\b(${services.map(({ id, title }) => `${id}|${title.replace(/[^\w ]/g, '.')}`).join('|')})`,
    'i',
  );
  it('no service is named in core, mcp or cli: what is special about it stands in its folder', () => {
    const wrong = source
      .filter((file) => ['core', 'mcp', 'cli', 'homelab'].includes(folder(file)))
      .flatMap((file) => {
        const [name] = names.exec(codeOf(file).replace(/https?:\/\/\S+/g, '')) ?? [];
        return name === undefined
          ? []
          : [`${file} says ${name}: let the service declare what is special about it`];
      });
    expect(wrong).toEqual([]);
  });

  it('no tool of a service is named in core, mcp, cli or homelab: what names it is the service', () => {
    const tools = allTools.filter(({ service }) => service !== 'homelab').map(({ name }) => name);
    const pattern = new RegExp(`\\b(${tools.join('|')})\\b`);
    const wrong = source
      .filter((file) => ['core', 'mcp', 'cli', 'homelab'].includes(folder(file)))
      .flatMap((file) => {
        const [name] = pattern.exec(codeOf(file)) ?? [];
        return name === undefined
          ? []
          : [
              `${file} says ${name}: let the service declare it, as a step of a plan or in its answers`,
            ];
      });
    expect(wrong).toEqual([]);
  });

  it('stdout is the wire: only the command line prints', () => {
    expect(
      source
        .filter((file) => /console\.|process\.stdout\.write/.test(codeOf(file)))
        .filter((file) => folder(file) !== 'cli'),
    ).toEqual([]);
  });

  // The formatter decides what a line is (`npm test` checks that it ran), so wide lines cannot make a file small.
  it('files stay on a screen or three: at most 250 formatted lines, half of them at most 90', () => {
    const sizes = source.map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }));
    expect(
      sizes
        .filter(({ lines }) => lines > 250)
        .map(({ file, lines }) => `${file} has ${lines} lines: split it by noun`),
    ).toEqual([]);
    const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(90);
  });

  it('names say what is inside', () => {
    expect(
      source.filter(
        (file) =>
          /(^|\/)(utils?|helpers?|common|types|misc)\.ts$/.test(file) ||
          !/^[a-z0-9./-]+$/.test(file),
      ),
    ).toEqual([]);
  });
});

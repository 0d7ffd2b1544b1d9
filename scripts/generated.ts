import { fieldsOf } from '../src/core/config/env.ts';
import { globalVariables } from '../src/core/config/global-variables.ts';
import { networkVariables } from '../src/core/config/network.ts';
import { variableOf, type Variable } from '../src/core/config/variables.ts';
import { manifestOf, type ToolManifest } from '../src/core/tool-manifest.ts';
import { homelabTools } from '../src/homelab/index.ts';
import { states } from '../src/homelab/service-state.ts';
import { services } from '../src/services/index.ts';

/** Every generated file, and how to make its content from what it held. */
export const generated: readonly [file: string, make: (before: string) => Promise<string>][] = [
  ['src/tools.json', async () => `${JSON.stringify(await toolManifests(), null, 1)}\n`],
  [
    'src/core/config/own-words.ts',
    async (before) =>
      before.replace(
        /(?<=const words =\s+)'[^']*'/,
        `'${ownWords(await toolManifests()).join(' ')}'`,
      ),
  ],
  ['README.md', async (before) => section(before, 'services', serviceTable(await toolManifests()))],
  [
    'docs/configuration.md',
    async (before) =>
      section(
        section(
          section(before, 'variables', variableTables()),
          'network',
          laresTable(networkVariables),
        ),
        'globals',
        laresTable(globalVariables),
      ),
  ],
  ['docs/tools.md', async (before) => section(before, 'tools', toolTables(await toolManifests()))],
];

export async function toolManifests(): Promise<ToolManifest[]> {
  const own = await Promise.all(
    services.map(async (service) =>
      (await service.load()).tools.map((tool) => manifestOf(service.id, tool)),
    ),
  );
  return [...homelabTools.map((tool) => manifestOf('homelab', tool)), ...own.flat()];
}

/** Every name and every fixed value in the tools and states that is long enough to be taken for a secret. */
function ownWords(all: readonly ToolManifest[]): string[] {
  const names: string[] = [...states];
  const collect = (value: unknown, field: string): void => {
    if (typeof value === 'string') {
      if (['kind', 'risk', 'enum', 'const', 'required'].includes(field)) names.push(value);
    } else if (Array.isArray(value)) {
      for (const item of value) collect(item, field);
    } else if (typeof value === 'object' && value !== null) {
      names.push(...Object.keys(value));
      for (const [key, item] of Object.entries(value)) collect(item, key);
    }
  };
  collect(all, '');
  const long = names.map((name) => name.toLowerCase()).filter((name) => /^[a-z_-]{8,}$/.test(name));
  const ids = services.map(({ id }) => id);
  return [...new Set(long)].filter((name) => !ids.some((id) => name.includes(id))).sort();
}

function section(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  if (!text.includes(start) || !text.includes(end)) throw new Error(`no ${start} … ${end}`);
  return `${text.slice(0, text.indexOf(start) + start.length)}\n${content}\n${text.slice(text.indexOf(end))}`;
}

const effect = ({ kind, risk }: ToolManifest): string => (kind === 'read' ? 'reads' : (risk ?? ''));
const code = (text: string): string => `\`${text}\``;
const row = (...cells: string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const serviceTable = (all: readonly ToolManifest[]): string =>
  [
    row('Service', 'On when set', 'Tools (**writes** in bold)'),
    row('---', '---', '---'),
    row(
      '*the whole homelab*',
      'always',
      toolNames(all, 'homelab').replace('`docs_search`', '`docs_search` (with `LARES_DOCS`)'),
    ),
    ...services.map((service) =>
      row(
        `[${service.title}](src/services/${service.id}/README.md)`,
        fieldsOf(service)
          .own.filter(({ required }) => required)
          .map(({ variable }) => code(variable))
          .join(' '),
        toolNames(all, service.id),
      ),
    ),
  ].join('\n');

const toolNames = (all: readonly ToolManifest[], service: string): string =>
  all
    .filter((tool) => tool.service === service)
    .map((tool) => (tool.kind === 'write' ? `**${code(tool.name)}**` : code(tool.name)))
    .join(' ');

const laresTable = (variables: Readonly<Record<string, Variable<unknown>>>): string =>
  [
    row('Variable', 'Default', 'Meaning'),
    row('---', '---', '---'),
    ...Object.entries(variables).map(([field, { default: absent, description }]) =>
      row(code(variableOf(field)), fallback(absent), description),
    ),
  ].join('\n');

const variableTables = (): string =>
  services
    .map((service) => {
      const { own } = fieldsOf(service);
      return [
        `### ${service.title}`,
        '',
        row('Variable', 'Default', 'Meaning'),
        row('---', '---', '---'),
        ...own.map(({ variable, required, default: absent, secret, description }) =>
          row(
            code(variable),
            required ? '**required**' : fallback(absent),
            `${description}${secret ? ' (secret)' : ''}`,
          ),
        ),
      ].join('\n');
    })
    .join('\n\n');

/** What holds when nothing is set; empty for what is then simply not there. */
const fallback = (value: unknown): string =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    ? ''
    : code(Array.isArray(value) ? value.join(',') : String(value));

const toolTables = (all: readonly ToolManifest[]): string =>
  [...new Set(all.map(({ service }) => service))]
    .map((service) =>
      [
        `### ${services.find(({ id }) => id === service)?.title ?? 'The whole homelab'}`,
        '',
        row('Tool', 'Effect', 'What it does', 'Arguments'),
        row('---', '---', '---', '---'),
        ...all
          .filter((tool) => tool.service === service)
          .map((tool) =>
            row(
              code(tool.name),
              effect(tool),
              tool.description,
              Object.entries(tool.input.properties)
                .map(
                  ([name, property]) =>
                    `${code(name)}${tool.input.required?.includes(name) ? '' : '?'} ${property['description'] ?? ''}`,
                )
                .join('<br>'),
            ),
          ),
      ].join('\n'),
    )
    .join('\n\n');

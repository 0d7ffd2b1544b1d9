import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml, stringify as stringifyYaml } from 'yaml';
import type { Json, JsonObject } from '../../../core/base/json.ts';
import { removeEntry, setEntry, type EntryPath, type Format } from './format.ts';
import { jsonc } from './jsonc.ts';
import { toml } from './toml.ts';
import { yamlList, yamlMap } from './yaml.ts';

const entry = {
  command: '/usr/bin/node',
  args: ['/opt/lares/dist/lares.js', 'serve'],
  env: { A: 'b' },
};
const servers: EntryPath = ['mcpServers', 'lares'];

/** A text with its entry, and whether taking it out again gives the same text. */
function roundTrip(format: Format, text: string, path: EntryPath, value: JsonObject = entry) {
  const edited = setEntry(format, text, path, value);
  return { edited, back: removeEntry(format, edited, path) };
}

describe('JSON', () => {
  it('makes a document of nothing', () => {
    expect(JSON.parse(setEntry(jsonc, '', servers, entry))).toEqual({
      mcpServers: { lares: entry },
    });
    expect(JSON.parse(setEntry(jsonc, ' \n', servers, entry))).toEqual({
      mcpServers: { lares: entry },
    });
  });

  const untouched: [string, string][] = [
    ['a neighbour', '{\n  "mcpServers": {\n    "other": {\n      "command": "x"\n    }\n  }\n}\n'],
    ['tabs', '{\n\t"mcpServers": {\n\t\t"other": { "command": "x" }\n\t},\n\t"z": 1\n}'],
    [
      'comments everywhere',
      '// top\n{\n  // before\n  "mcpServers": {\n    "other": {} // beside\n    // "gone": {}\n    /* last */\n  } // after\n}\n// end\n',
    ],
    ['a comma too many', '{\n  "mcpServers": {\n    "other": {},\n  },\n}\n'],
    ['one line', '{"a":1,"mcpServers":{"other":{"command":"x"}}}'],
    ['one line with blanks', '{ "mcpServers": { "other": {} } }'],
    ['Windows line ends', '{\r\n  "mcpServers": {\r\n    "other": {}\r\n  }\r\n}\r\n'],
    ['no line end at the end', '{\n  "mcpServers": {\n    "other": {}\n  }\n}'],
  ];
  it.each(untouched)('%s: every byte outside the entry stays, and comes back', (_, text) => {
    const { edited, back } = roundTrip(jsonc, text, servers);
    expect(back).toBe(text);
    for (const line of text.split('\n').filter((line) => /\/\/|\/\*/.test(line)))
      expect(edited).toContain(line.trim().replace(/^.*?(\/\/|\/\*)/, '$1'));
  });

  it('keeps the indentation of the file', () => {
    const text = '{\n\t"mcpServers": {\n\t\t"other": {}\n\t}\n}\n';
    expect(setEntry(jsonc, text, servers, { command: 'x' })).toBe(
      '{\n\t"mcpServers": {\n\t\t"other": {},\n\t\t"lares": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}\n',
    );
  });

  it('puts a new entry in the place of the old one, between its neighbours', () => {
    const text =
      '{\n  "mcpServers": {\n    "a": {},\n    "lares": { "command": "old" }, // mine\n    "z": {}\n  }\n}\n';
    expect(setEntry(jsonc, text, servers, { command: 'new' })).toBe(
      '{\n  "mcpServers": {\n    "a": {},\n    "lares": {\n      "command": "new"\n    }, // mine\n    "z": {}\n  }\n}\n',
    );
  });

  it.each([
    ['{ "mcpServers": { }', /line 1: /],
    ['{\n  "a": 1\n  "b": 2\n}', /line 3: /],
    ['[]', /holds no object/],
    ['{ "a": 1 } trailing', /line 1: /],
    ['// only a comment', /nothing but comments/],
  ])('%j is refused by its line', (text, words) => {
    expect(() => setEntry(jsonc, text, servers, entry)).toThrow(words);
  });

  it.each([
    ['{ "mcpServers": [] , "a": 1 }'],
    ['{ "mcpServers": null }'],
    ['{ "mcpServers": "text" }'],
  ])('%s: a section of another kind is not written over', (text) => {
    expect(() => setEntry(jsonc, text, servers, entry)).toThrow(/without touching other parts/);
  });

  const json = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('mcpServers', 'lares', '__proto__', '')),
      tie('value'),
      { maxKeys: 4, noNullPrototype: false },
    ),
  }));
  /** The same document as people write it: with comments, odd white space and commas too many. */
  const written = fc
    .tuple(
      fc.dictionary(fc.string(), json.object, { maxKeys: 4 }),
      json.object,
      fc.infiniteStream(
        fc.constantFrom(
          '',
          ' ',
          '\n',
          '\n\t',
          '\r\n  ',
          ' // note\n',
          '/* { "lares": [ */',
          '  \n\n',
        ),
      ),
      fc.infiniteStream(fc.boolean()),
      fc.boolean(),
    )
    .map(([own, other, gaps, commas, hasSection]) => {
      const gap = (): string => gaps.next().value as string;
      const write = (value: Json | undefined): string => {
        if (Array.isArray(value))
          return `[${value.map((item: Json) => gap() + write(item) + gap()).join(',')}${value.length > 0 && commas.next().value ? ',' : ''}${gap()}]`;
        if (typeof value !== 'object' || value === null) return JSON.stringify(value);
        const items = Object.entries(value).map(
          ([key, item]) => `${gap()}${JSON.stringify(key)}${gap()}:${gap()}${write(item)}${gap()}`,
        );
        return `{${items.join(',')}${items.length > 0 && commas.next().value ? ',' : ''}${gap()}}`;
      };
      const { mcpServers: _, ...rest } = other;
      return gap() + write(hasSection ? { ...rest, mcpServers: own } : rest) + gap();
    });

  it('any document stays equal outside the entry, and equal when it is taken out', () => {
    fc.assert(
      fc.property(written, (text) => {
        const before = jsonc.read(text);
        const { edited, back } = roundTrip(jsonc, text, servers);
        const after = jsonc.read(edited);
        expect(jsonc.find(after, servers)).toEqual(entry);
        expect(JSON.stringify(jsonc.without(after, servers))).toBe(
          JSON.stringify(jsonc.without(before, servers)),
        );
        expect(JSON.stringify(jsonc.without(jsonc.read(back), servers))).toBe(
          JSON.stringify(jsonc.without(before, servers)),
        );
        // Comments are no data, so that they are still there is counted.
        const notes = (document: string): number => document.split('// note').length;
        if (jsonc.find(before, servers) === undefined) {
          expect(notes(edited)).toBe(notes(text));
          expect(notes(back)).toBe(notes(text));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('TOML', () => {
  const path: EntryPath = ['mcp_servers', 'lares'];

  it('is one table at the end, and goes with it', () => {
    const text = '# mine\nmodel = "x" # fast\n\n[mcp_servers.other]\ncommand = "y"\n';
    const { edited, back } = roundTrip(toml, text, path);
    expect(edited).toBe(
      `${text}\n[mcp_servers.lares]\ncommand = "/usr/bin/node"\nargs = ["/opt/lares/dist/lares.js", "serve"]\nenv = { A = "b" }\n`,
    );
    expect(back).toBe(text);
  });

  it('is put in the place of the old one, with the tables inside it', () => {
    const text =
      '[mcp_servers.lares]\ncommand = "old"\n\n[mcp_servers.lares.env]\nX = "1"\n\n# of z\n[z]\na = 1\n';
    expect(setEntry(toml, text, path, { command: 'new' })).toBe(
      '[mcp_servers.lares]\ncommand = "new"\n\n\n# of z\n[z]\na = 1\n',
    );
  });

  it.each([
    'title = """\n[mcp_servers.lares]\n"""\n',
    '[a]\nb = 1\r\n',
    '[[list]]\nx = 1\n[[list]]\nx = 2',
    'when = 1979-05-27T07:32:00Z\nbig = 9007199254740993\n',
  ])('%j stays what it is', (text) => {
    const { edited, back } = roundTrip(toml, text, path);
    expect(edited.startsWith(text)).toBe(true);
    expect(toml.without(toml.read(back), path)).toEqual(toml.read(text));
  });

  it('is refused where the section cannot take a table', () => {
    expect(() => setEntry(toml, 'mcp_servers = { a = {} }\n', path, entry)).toThrow(
      /without touching other parts/,
    );
    expect(() => setEntry(toml, 'mcp_servers.lares.command = "x"\n', path, entry)).toThrow(
      /without touching other parts/,
    );
  });

  it('says on which line a broken file breaks', () => {
    expect(() => setEntry(toml, 'a = 1\nb = \n', path, entry)).toThrow(/line [23]: /);
  });

  it('any text in a value is written so that it is read back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (args) => {
        expect(toml.find(toml.read(setEntry(toml, '', path, { args })), path)).toEqual({ args });
      }),
    );
  });
});

describe('YAML', () => {
  const path: EntryPath = ['extensions', 'lares'];

  it.each([
    ['a neighbour', 'GOOSE_MODE: auto # mine\nextensions:\n  other:\n    cmd: x\n# end\n'],
    ['four blanks', 'extensions:\n    other:\n        cmd: x\nz: 1\n'],
    [
      'a block of text at the end',
      'extensions:\n  other:\n    text: |\n      one\n\n      two\n\nz: 1\n',
    ],
    ['Windows line ends', 'a: 1\r\nextensions:\r\n  other:\r\n    cmd: x\r\n'],
    ['a value without one', 'extensions:\n  other:\n  # note\nz: 1\n'],
  ])('%s: every byte outside the entry stays, and comes back', (_, text) => {
    const { edited, back } = roundTrip(yamlMap, text, path);
    expect(back).toBe(text);
    expect(parseYaml(edited)).toMatchObject({ extensions: { lares: entry } });
  });

  it.each([
    '',
    '# only a comment\n',
    'a: 1',
    'a: 1\nextensions:\n',
    'extensions: {} # none\nz: 1\n',
  ])('%j gets its section', (text) => {
    const edited = setEntry(yamlMap, text, path, entry);
    expect(parseYaml(edited)).toMatchObject({ extensions: { lares: entry } });
    expect(edited).toContain(
      text.includes('#') ? text.slice(text.indexOf('#')).split('\n')[0] : '',
    );
  });

  it('is put in the place of the old one', () => {
    const text = 'extensions:\n  a:\n    cmd: x\n  lares:\n    cmd: old\n  z:\n    cmd: y\n';
    expect(setEntry(yamlMap, text, path, { cmd: 'new' })).toBe(
      'extensions:\n  a:\n    cmd: x\n  lares:\n    cmd: new\n  z:\n    cmd: y\n',
    );
  });

  it.each([
    'extensions: { a: { cmd: x } }\n',
    'extensions: text\n',
    'a: 1\n---\nb: 2\n',
    '{ "a": 1 }',
  ])('%j is refused rather than written anew', (text) => {
    expect(() => setEntry(yamlMap, text, path, entry)).toThrow();
  });

  it('any document in block style gets every byte back', () => {
    const texts = fc.string({ unit: 'grapheme' });
    const value = fc.oneof(texts, fc.integer(), fc.boolean(), fc.constant(null), fc.array(texts));
    const neighbours = fc.dictionary(texts, fc.dictionary(texts, value), {
      minKeys: 1,
      maxKeys: 3,
    });
    const others = fc.dictionary(texts, value, { maxKeys: 3 });
    fc.assert(
      fc.property(
        others,
        neighbours,
        others,
        fc.constantFrom(2, 4),
        (top, extensions, end, indent) => {
          fc.pre(!('extensions' in top) && !('extensions' in end) && !('lares' in extensions));
          const text = `# mine\n${stringifyYaml({ ...top, extensions, ...end }, { indent })}# end\n`;
          const { edited, back } = roundTrip(yamlMap, text, path);
          expect(back).toBe(text);
          expect(yamlMap.find(yamlMap.read(edited), path)).toEqual(entry);
        },
      ),
    );
  });

  const list: EntryPath = ['mcpServers', 'lares'];
  const named = { name: 'lares', ...entry };
  it.each([
    ['an indented list', 'name: c\nmcpServers:\n  - name: other # mine\n    command: x\nz: 1\n'],
    ['a list that is not', 'mcpServers:\n- name: other\n  args:\n  - a-b\nmodels: []\n'],
  ])('%s: an item is added and taken out', (_, text) => {
    const { edited, back } = roundTrip(yamlList, text, list, named);
    expect(back).toBe(text);
    expect((parseYaml(edited) as { mcpServers: unknown[] }).mcpServers[1]).toEqual(named);
  });

  it('the last item leaves an empty list', () => {
    const { edited, back } = roundTrip(yamlList, 'a: 1\n', list, named);
    expect(parseYaml(edited)).toEqual({ a: 1, mcpServers: [named] });
    expect(parseYaml(back)).toEqual({ a: 1, mcpServers: [] });
  });
});

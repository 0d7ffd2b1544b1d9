import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const templates = fileURLToPath(new URL('template/', import.meta.url));

/** Each file of a new service by its path in the repository. The names and the texts in `scripts/template` hold `{{id}}`, `{{ID}}`, `{{Id}}` and `{{title}}`. */
export function filesOf(id: string, title: string): ReadonlyMap<string, string> {
  const words: Readonly<Record<string, string>> = {
    id,
    ID: id.toUpperCase(),
    Id: id.slice(0, 1).toUpperCase() + id.slice(1),
    title,
  };
  const filled = (text: string): string =>
    text.replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole);
  return new Map(
    readdirSync(templates, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.template'))
      .map((name) => [
        placeOf(filled(name.replace(/\.template$/, '')), id),
        filled(readFileSync(join(templates, name), 'utf8')),
      ]),
  );
}

/** All stands in the folder of the service, but what the demo world holds for its fake. */
const placeOf = (name: string, id: string): string =>
  name === 'world.ts' ? `src/demo/world/${id}.ts` : `src/services/${id}/${name}`;

/** The two lists that know every service, with one more. */
export function registered(root: URL, id: string): ReadonlyMap<string, string> {
  const name = id.slice(0, 1).toUpperCase() + id.slice(1);
  const insertions: Readonly<Record<string, readonly [before: string, line: string][]>> = {
    'src/services/index.ts': [
      ['\n/** Every service', `import { ${id} } from './${id}/index.ts';\n`],
      ['];\n', `  ${id},\n`],
    ],
    'src/demo/world/index.ts': [
      ['\n/**\n * One consistent homelab', `import { create${name} } from './${id}.ts';\n`],
      ['  });\n  return', `    ${id}: create${name}(base),\n`],
    ],
  };
  return new Map(
    Object.entries(insertions).map(([file, lines]) => {
      let text = readFileSync(new URL(file, root), 'utf8');
      for (const [before, line] of lines) {
        const at = text.indexOf(before);
        if (at < 0) throw new Error(`${file}: no ${JSON.stringify(before)} to write before`);
        text = text.slice(0, at) + line + text.slice(at);
      }
      return [file, text];
    }),
  );
}

/** `npm run new <id> [title]`: a tenth service that passes every test, answers in the demo, and waits for its upstream's words. Returns the files it wrote. */
export function newService(root: URL, id: string, title: string): string[] {
  if (!/^[a-z][a-z0-9]*$/.test(id))
    throw new Error(
      `${id} is not an id: lower case letters and digits, as its variables will begin with it`,
    );
  if (existsSync(new URL(`src/services/${id}`, root)))
    throw new Error(`src/services/${id} is there already`);
  const files = new Map([...filesOf(id, title), ...registered(root, id)]);
  for (const [name, content] of files) {
    const file = fileURLToPath(new URL(name, root));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return [...files.keys()];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = new URL('../', import.meta.url);
  const [id = '', title = id] = process.argv.slice(2);
  const files = newService(root, id, title);
  // How long lines are depends on the name.
  const formatter = fileURLToPath(new URL('node_modules/oxfmt/bin/oxfmt', root));
  spawnSync(process.execPath, [formatter, ...files], { cwd: fileURLToPath(root) });
  for (const file of files) console.log(file);
  console.log("Now: npm run gen, then put in the upstream's own words, one file at a time.");
}

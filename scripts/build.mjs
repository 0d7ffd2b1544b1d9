// Plain JavaScript: this runs as `prepare`, before anything of ours is built. Bundles everything, so the package has no dependencies to install.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

const options = {
  write: false,
  absWorkingDir: new URL('..', import.meta.url).pathname,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  // Its main file loads its parts in a way that no bundler sees.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  format: 'esm',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  banner: {
    js: "import{createRequire as $lares}from'node:module';const require=$lares(import.meta.url);",
  },
};

// The HTTP server is a bundle of its own: sharing modules with it would make every client's start load the SDK's HTTP half too.
const apart = {
  name: 'apart',
  setup: (bundler) =>
    bundler.onResolve({ filter: /\/serve-http\.ts$/ }, () => ({
      path: '../network/serve-http.js',
      external: true,
    })),
};
const bundles = await Promise.all([
  build({
    ...options,
    entryPoints: { lares: 'src/cli/main.ts' },
    chunkNames: 'chunks/[name]-[hash]',
    plugins: [apart],
  }),
  build({
    ...options,
    entryPoints: { 'network/serve-http': 'src/cli/serve-http.ts' },
    chunkNames: 'network/[name]-[hash]',
  }),
]);
const outputFiles = bundles.flatMap((bundle) => bundle.outputFiles);

// Only a build that came out whole replaces the one before.
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
for (const { path, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents, { mode: path.endsWith('/lares.js') ? 0o755 : 0o644 });
}

// What the services say about themselves is read at run time: it lies beside the program as it does beside the code.
const services = new URL('../src/services/', import.meta.url);
for (const folder of readdirSync(services, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
)) {
  for (const page of ['README.md', 'pitfalls.md']) {
    const from = new URL(`${folder.name}/${page}`, services);
    if (existsSync(from))
      cpSync(from, new URL(`../dist/services/${folder.name}/${page}`, import.meta.url));
  }
}

// Whose work is in the bundles, and under which terms.
const root = new URL('../', import.meta.url);
const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
const packages = [
  ...new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  ),
].sort();
const terms = packages.map((folder) => {
  const { name, version, license } = JSON.parse(
    readFileSync(new URL(`${folder}/package.json`, root), 'utf8'),
  );
  const file = readdirSync(new URL(`${folder}/`, root)).find((entry) =>
    /^(licen[cs]e|copying)/i.test(entry),
  );
  return `${name} ${version} (${license})\n\n${file ? readFileSync(new URL(`${folder}/${file}`, root), 'utf8').trim() : 'The package holds no licence text of its own.'}`;
});
writeFileSync(
  new URL('dist/THIRD-PARTY-LICENSES.txt', root),
  `${terms.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`,
);

import type { Recipe, RecipeField } from '../../core/setup.ts';
import { parseEnvFile } from '../../core/config/env-file.ts';
import { prefixOf } from '../../core/config/env.ts';
import { readRawValue } from '../../core/config/raw-value.ts';
import { schemaOf } from '../../core/config/fields.ts';
import { kindOfField } from '../../core/config/value-kind.ts';
import type { Service } from '../../core/service.ts';
import type { Desk } from './desk.ts';
import { blockOf, fieldNamed, isSecretField, valuesOf, variableFor, type Entry } from './entry.ts';
import type { Site } from './look.ts';
import { presentIn } from './place.ts';
import { withSecretFiles } from './secret-files.ts';
import { suggestionsFrom } from './suggestions.ts';
import { problemsIn, tryOut, type Trial } from './trial.ts';
import { isExposed } from './words.ts';

/** Says how the least credential for an accepted site is made, asks for it, tries it at once and writes the variables. Returns false where the person leaves it for later. */
export async function addCredential(desk: Desk, site: Site, instance: string): Promise<boolean> {
  const { prompts, file } = desk;
  const { service } = site;
  const values = new Map([...keptValues(desk, site, instance), ...valuesOf(site)]);
  const writes = await wantsWrites(desk, site, instance);
  if (writes === false) values.set('writes', 'off');
  const recipe = await chooseRecipe(desk, site, writes === true);
  prompts.say(`\n${recipe.lines.join('\n')}\n`);
  if (isExposed(site, recipe)) {
    const sends = await prompts.confirm(
      `${site.url} is plain http: everybody on the way can read the secret. Send it all the same?`,
      false,
    );
    if (!sends) return false;
  }
  for (;;) {
    const entry = {
      service,
      instance,
      values: await askFields(desk, site, instance, recipe, values),
    };
    const problems = problemsIn(service, file.envWith(blockOf(entry)));
    if (problems.length > 0) {
      prompts.say(problems.map((problem) => `  ${problem}`).join('\n'));
      // What is wrong may be none of the answers: another line of the file, or the address.
      if (await prompts.confirm('Answer again?', true)) continue;
      return false;
    }
    const verdict = await tryUntilSettled(desk, site, entry);
    if (verdict === 'again') continue;
    return verdict === 'kept';
  }
}

/** What else was set for an instance that gets a new credential. */
function keptValues(
  { file }: Desk,
  { service, setup }: Site,
  instance: string,
): Map<string, string> {
  const anew = new Set(['url', 'tls_fingerprint', 'writes']);
  for (const { fields } of setup.recipes({ url: '', writes: false }))
    for (const { field, optional } of fields) if (!optional) anew.add(field).add(`${field}_file`);
  const block = file.block(service.id, instance);
  const prefix = variableFor(service, instance, '');
  const { assignments } = parseEnvFile(block?.lines.join('\n') ?? '', file.path);
  const kept = new Map<string, string>();
  for (const { name, value } of assignments) {
    const field = name.slice(prefix.length).toLowerCase();
    if (name.startsWith(prefix) && !anew.has(field)) kept.set(field, value);
  }
  return kept;
}

/** What of it shall be allowed, where Lares can do more than look; undefined: nothing is to be decided. It holds for all instances of a service, so the first decides. */
async function wantsWrites(
  { prompts, file }: Desk,
  { service, setup }: Site,
  instance: string,
): Promise<boolean | undefined> {
  if (setup.writes === undefined) return undefined;
  const others = presentIn(file, service).filter((present) => present.instance !== instance);
  if (others.length > 0) return file.env[variableFor(service, instance, 'writes')] !== 'off';
  return prompts.confirm(`Shall Lares be able to ${setup.writes}? (No: it only looks)`, false);
}

async function chooseRecipe({ prompts }: Desk, site: Site, writes: boolean): Promise<Recipe> {
  const recipes = site.setup.recipes({ ...site.product, url: site.url, writes });
  const [first] = recipes;
  if (first && recipes.length === 1) return first;
  return prompts.choose(
    `How shall Lares sign in to ${site.service.title}?`,
    recipes.map((recipe) => ({ value: recipe, label: recipe.title })),
  );
}

async function askFields(
  { prompts }: Desk,
  { service }: Site,
  instance: string,
  { fields }: Recipe,
  accepted: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const values = new Map(accepted);
  for (const wish of fields) {
    const variable = variableFor(service, instance, wish.field);
    const check = checkOf(service, variable, wish);
    const description = fieldNamed(service, wish.field)?.description ?? '';
    const empty = wish.optional ? ', or nothing' : '';
    const question = `${variable}: ${description}${empty}`;
    const given = isSecretField(service, wish.field)
      ? await prompts.secret(`${question} (does not show)`, check)
      : await prompts.text(question, values.get(wish.field) ?? wish.suggestion ?? '', check);
    const value = meant(service, variable, wish.field, given);
    if (value === '') values.delete(wish.field);
    else values.set(wish.field, value);
  }
  return values;
}

/** A value without what was pasted along with it. */
function meant(service: Service, variable: string, field: string, given: string): string {
  const schema = schemaOf(service, field);
  const raw = readRawValue(given, schema ? kindOfField(field, schema) : 'plain', variable);
  return raw.problem === undefined ? raw.value : '';
}

const checkOf =
  (service: Service, variable: string, { field, optional }: RecipeField) =>
  (typed: string): string | undefined => {
    if (typed.trim() === '') return optional ? undefined : 'It cannot be empty';
    const schema = schemaOf(service, field);
    const raw = readRawValue(typed, schema ? kindOfField(field, schema) : 'plain', variable);
    return raw.problem === undefined ? undefined : `${variable} ${raw.problem}`;
  };

type Settled = 'kept' | 'again' | 'left';

/** Tries a credential until it does what it must, or the person decides otherwise. */
async function tryUntilSettled(desk: Desk, site: Site, entry: Entry): Promise<Settled> {
  const { prompts, file, signal } = desk;
  for (;;) {
    prompts.say(`Asking ${site.service.title} at ${site.url} …`);
    const env = file.envWith(blockOf(entry));
    const trial = await tryOut(site.service, entry.instance, env, signal);
    prompts.say(trial.text);
    if (!trial.isLacking) return keep(desk, site, entry, trial);
    const decision = await prompts.choose(
      trial.examined.state === 'ok' ? 'It may not do all that Lares needs' : 'That did not work',
      [
        { value: 'retry', label: 'Try again', hint: 'after it was mended there' },
        { value: 'again', label: 'Give the credential again' },
        { value: 'keep', label: 'Keep it as it is' },
        { value: 'left', label: 'Leave it for later' },
      ] as const,
    );
    if (decision === 'keep') return keep(desk, site, entry, trial);
    if (decision !== 'retry') return decision;
  }
}

function keep(desk: Desk, site: Site, entry: Entry, { inventory }: Trial): Settled {
  const { file, secretFolder, prompts, suggestions, candidates } = desk;
  const stored = secretFolder === undefined ? entry : withSecretFiles(entry, secretFolder, file);
  file.put(blockOf(stored));
  file.save();
  prompts.say(`Kept in ${file.path} (${prefixOf(site.service)}…).\n`);
  if (inventory) suggestions.push(...suggestionsFrom(inventory, site, candidates));
  return 'kept';
}

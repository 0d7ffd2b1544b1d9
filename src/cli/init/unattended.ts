import { ConfigError, InputError } from '../../core/base/errors.ts';
import { errorText } from '../../core/call.ts';
import { bare } from '../../core/http/tls.ts';
import { suggestionFor } from '../../core/base/nearest.ts';
import type { Diagnosis } from '../../core/service.ts';
import type { Answer } from './answers.ts';
import { blockOf, fieldNamed, isSecretField, onlyInstance, valuesOf, type Entry } from './entry.ts';
import { look, type Candidate, type Site } from './look.ts';
import { presentIn, problemWithName, requireOwn } from './place.ts';
import { isTrusted } from './probe.ts';
import { withSecretFiles } from './secret-files.ts';
import { problemsIn, tryOut } from './trial.ts';
import type { VariablesFile } from './variables-file.ts';
import { absenceText, isShortLived, portsText, productName, siteText } from './words.ts';
import { isLoopback } from './address.ts';

/** What became of one answer. */
export interface Added {
  service: string;
  instance: string;
  url?: string;
  outcome: 'added' | 'changed' | 'unchanged' | 'failed';
  rights?: Diagnosis['rights'];
  /** It was added and may not do all that Lares needs. */
  lacking?: boolean;
  /** For people, without secrets. */
  text: string;
}

interface Work {
  file: VariablesFile;
  candidates: readonly Candidate[];
  secretFolder: string | undefined;
  signal: AbortSignal;
}

/** Adds what an answers file names, one after the other, with the rules of the dialogue: what a person would have to accept has to stand in it. What fails leaves the file as it was. */
export async function addUnattended(work: Work, answers: readonly Answer[]): Promise<Added[]> {
  const added: Added[] = [];
  for (const answer of answers) {
    const { service, instance = onlyInstance } = answer;
    try {
      const writes = answers.some((each) => each.service === service && each.writes);
      added.push(await addOne(work, { ...answer, writes }, instance));
    } catch (error) {
      if (!(error instanceof InputError) && !(error instanceof ConfigError)) throw error;
      const text = errorText({ redact: (plain) => plain }, error);
      added.push({ service, instance, outcome: 'failed', text });
    }
  }
  return added;
}

async function addOne(work: Work, answer: Answer, instance: string): Promise<Added> {
  const { file, candidates, signal, secretFolder } = work;
  const candidate = candidateNamed(candidates, answer.service);
  const { service } = candidate;
  requireName(file, candidate, instance);
  requireOwn(file, service, instance);
  const site = await acceptedSite(work, candidate, answer);
  const entry: Entry = { service, instance, values: valuesFor(site, answer) };
  const env = file.envWith(blockOf(entry));
  const problems = problemsIn(service, env);
  if (problems.length > 0) throw new ConfigError(problems.join('; '));
  const { examined, text, isLacking } = await tryOut(service, instance, env, signal);
  const known = { service: service.id, instance, url: site.url, text };
  if (examined.state !== 'ok') return { ...known, outcome: 'failed' };
  const before = file.block(service.id, instance);
  const stored = secretFolder === undefined ? entry : withSecretFiles(entry, secretFolder, file);
  file.put(blockOf(stored));
  const isWritten = file.save();
  const outcome = !isWritten ? 'unchanged' : before && !before.unfinished ? 'changed' : 'added';
  return {
    ...known,
    outcome,
    lacking: isLacking,
    ...(examined.rights && { rights: examined.rights }),
  };
}

/** The candidate of that id. Throws an InputError that names the nearest. */
export function candidateNamed(candidates: readonly Candidate[], id: string): Candidate {
  const candidate = candidates.find(({ service }) => service.id === id);
  if (candidate) return candidate;
  throw new InputError(`No service ${JSON.stringify(id)}`, {
    hint: suggestionFor(
      id,
      candidates.map(({ service }) => service.id),
      (known) => candidates.find(({ service }) => service.id === known)?.service.title ?? known,
    ),
  });
}

function requireName(file: VariablesFile, { service }: Candidate, instance: string): void {
  const present = presentIn(file, service);
  if (present.some((known) => known.instance === instance)) return;
  const problem =
    instance === onlyInstance ? undefined : problemWithName(service, instance, present);
  if (problem !== undefined) throw new InputError(`instance ${instance}: ${problem}`);
  const isMixed =
    present.length > 0 &&
    (instance === onlyInstance || present.some((known) => known.instance === onlyInstance));
  if (isMixed)
    throw new InputError(`There is a ${service.title} in ${file.path} already`, {
      hint: 'Where there are several, each needs its own "instance" in the answers.',
    });
}

/** What answers, if the answers accept all that there is to accept. Throws an InputError that says what is missing. */
async function acceptedSite(
  { candidates, signal }: Work,
  candidate: Candidate,
  answer: Answer,
): Promise<Site> {
  const result = await look(answer.address, candidate, candidates, signal);
  if (!result.site || !result.isMeant)
    throw new InputError(absenceText(candidate.service.title, result), {
      hint: portsText(candidate),
    });
  const { site } = result;
  const { product, certificate } = site;
  const refuse = (hint: string): never => {
    throw new InputError(siteText(site), { hint });
  };
  if (product.unsupported !== undefined)
    return refuse(`Lares cannot use it: ${product.unsupported}.`);
  if (product.unsure !== undefined && !answer.sure)
    return refuse('"sure": true in the answers says that it is what you say.');
  if (certificate && !isTrusted(certificate)) {
    if (isShortLived(certificate))
      return refuse('It is renewed so often that its fingerprint is no good: use its CA, by hand.');
    if (answer.fingerprint === undefined)
      return refuse('"fingerprint" in the answers accepts it, where it is the right one.');
    if (bare(answer.fingerprint) !== bare(certificate.fingerprint))
      return refuse(`The answers accept another certificate: ${answer.fingerprint}`);
  }
  const sendsSecret = Object.keys(answer.variables).some(
    (field) =>
      isSecretField(site.service, field) ||
      isSecretField(site.service, field.replace(/_file$/, '')),
  );
  if (sendsSecret && !answer.plain_http && site.url.startsWith('http:') && !isLoopback(site.url))
    return refuse(`"plain_http": true in the answers sends the secret to ${productName(site)}.`);
  return site;
}

function valuesFor(site: Site, answer: Answer): Map<string, string> {
  const { service, setup } = site;
  const values = valuesOf(site);
  if (setup.writes !== undefined && !answer.writes) values.set('writes', 'off');
  for (const [field, value] of Object.entries(answer.variables)) {
    const isKnown = fieldNamed(service, field) ?? fieldNamed(service, field.replace(/_file$/, ''));
    if (!isKnown || field === 'url')
      throw new InputError(`variables.${field} is not one of ${service.title}`, {
        hint: `The address stands in "address"; docs/configuration.md lists the others.`,
      });
    values.set(field, value);
  }
  return values;
}

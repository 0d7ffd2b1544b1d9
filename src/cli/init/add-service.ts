import { errorText } from '../../core/call.ts';
import { InputError } from '../../core/base/errors.ts';
import { oneLine } from '../../core/base/text.ts';
import { addCredential } from './credential.ts';
import type { Desk } from './desk.ts';
import { addressIn, blockOf, onlyInstance, valuesOf } from './entry.ts';
import { look, type Candidate, type Site } from './look.ts';
import { presentIn, problemWithName, rename, requireOwn } from './place.ts';
import { absenceText, isShortLived, portsText, siteText } from './words.ts';
import { isTrusted } from './probe.ts';

/** Adds an instance of a service, or changes one. What the person does not want, or cannot be done, ends it with a word and nothing more. */
export async function addService(desk: Desk, meant: Candidate, address = ''): Promise<void> {
  try {
    const site = await findSite(desk, meant, address);
    if (!site) return;
    const instance = await chooseInstance(desk, site);
    if (instance === undefined) return;
    requireOwn(desk.file, site.service, instance);
    remember(desk, site, instance);
    if (await addCredential(desk, site, instance)) return;
    desk.prompts.say(`${site.service.title} is left for later: \`lares init\` goes on there.\n`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    desk.prompts.say(errorText({ redact: (text) => text }, error));
  }
}

/** Asks for an address until what answers there was accepted; undefined: the person leaves it. */
async function findSite(desk: Desk, meant: Candidate, given: string): Promise<Site | undefined> {
  const { prompts, candidates, signal } = desk;
  const { service } = meant;
  let address = given;
  for (;;) {
    if (address === '')
      address = await prompts.text(
        `Where is ${service.title}? (host, host:port, or the URL of its web page)`,
        rememberedAddress(desk, meant),
        (typed) => (typed.trim() === '' ? 'Its address, as you would open it' : undefined),
      );
    prompts.say(`Looking at ${withoutUser(address)}, without credentials …`);
    try {
      const result = await look(address, meant, candidates, signal);
      if (result.site && (result.isMeant || (await wantsInstead(desk, meant, result.site)))) {
        if (await accept(desk, result.site)) return result.site;
      } else if (!result.site)
        prompts.say(`${absenceText(service.title, result)}\n  ${portsText(meant)}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      prompts.say(errorText({ redact: (text) => text }, error));
    }
    if (!(await prompts.confirm('Try another address?', true))) return undefined;
    address = '';
  }
}

/** Somebody may have put a password into the address. */
const withoutUser = (address: string): string =>
  oneLine(address.replace(/^[^/]*\/\/[^/]*@|^[^/]*@/, '…@'), 200);

/** The address of an earlier run that was stopped before its credential was given. */
function rememberedAddress({ file }: Desk, { service }: Candidate): string {
  const block = file.blocks.find(({ service: id, unfinished }) => unfinished && id === service.id);
  return (block && addressIn(block)) ?? '';
}

async function wantsInstead({ prompts }: Desk, meant: Candidate, site: Site): Promise<boolean> {
  prompts.say(absenceText(meant.service.title, { site, isMeant: false }));
  return prompts.confirm(`Add it as ${site.service.title}?`, true);
}

/** Shows what answers; nothing is entrusted to it before the person has accepted it. */
async function accept({ prompts }: Desk, site: Site): Promise<boolean> {
  const { product, certificate } = site;
  prompts.say(`\n${siteText(site)}`);
  if (product.unsupported !== undefined) {
    prompts.say(`  Lares cannot use it: ${product.unsupported}.`);
    return false;
  }
  const isPinned = certificate !== undefined && !isTrusted(certificate);
  if (isPinned && isShortLived(certificate)) {
    prompts.say(
      `  It is renewed so often that its fingerprint is no good: set …_TLS_CA_FILE by hand (\`lares resources manual/${site.service.id}\`).`,
    );
    return false;
  }
  if (isPinned)
    return prompts.confirm('Is it yours, and is that the fingerprint of its certificate?', false);
  return prompts.confirm('Is it yours?', product.unsure === undefined);
}

/** Which instance it is to be; undefined: none. */
async function chooseInstance(
  { prompts, file }: Desk,
  { service, url }: Site,
): Promise<string | undefined> {
  const present = presentIn(file, service);
  if (present.length === 0) return onlyInstance;
  const same = present.find((instance) => instance.url?.replace(/\/+$/, '') === url);
  if (same) {
    const changes = await prompts.confirm(
      `${url} is there already. Give it a new credential?`,
      true,
    );
    return changes ? same.instance : undefined;
  }
  const decision = await prompts.choose(`${service.title} is there already`, [
    { value: '', label: `${url} is another one` },
    ...present.map(({ instance, url: before = 'an address that cannot be read' }) => ({
      value: instance,
      label: `${url} takes the place of ${before}`,
    })),
  ]);
  if (decision !== '') return decision;
  if (present.some(({ instance }) => instance === onlyInstance)) {
    const [first] = present;
    const name = await prompts.text(`A name for the one at ${first?.url}`, '', (typed) =>
      problemWithName(service, typed, present),
    );
    rename(file, service, name);
  }
  return prompts.text(`A name for the one at ${url}`, '', (typed) =>
    problemWithName(service, typed, presentIn(file, service)),
  );
}

/** Written down before its credential is there, so that Ctrl-C loses nothing. It counts for nothing yet, and what counted before stays. */
function remember({ file }: Desk, site: Site, instance: string): void {
  const { service } = site;
  for (const block of file.blocks)
    if (block.unfinished && block.service === service.id) file.remove(service.id, block.instance);
  if (file.block(service.id, instance)) return;
  file.put(blockOf({ service, instance, values: valuesOf(site) }, true));
  file.save();
}

import { InputError } from '../../core/base/errors.ts';
import { gapsText } from '../../core/gap.ts';
import type { Runtime, ConfiguredService } from '../../core/runtime.ts';
import { nearest } from '../../core/base/nearest.ts';
import { oneLine } from '../../core/base/text.ts';
import { inventoryOf, named, ofKind } from '../inventory.ts';
import { findingsIn, healthOf } from '../latest-health.ts';
import { fresh } from '../resources/inventory.ts';

/** What a plan is about. Only `words` and `label` stand outside of quotations, so they hold nothing but plain names. */
export interface Subject {
  label?: string;
  words: { guest?: string; guestName?: string; name?: string };
  finding?: string;
  configured?: ConfiguredService;
  instance?: string;
}

/** A name of a machine or a DNS name: nothing that could be read as a sentence. */
const isPlain = (text: string): boolean => /^[\p{L}\p{N}_][\p{L}\p{N}._:-]{0,252}$/u.test(text);

/** What the arguments of a plan mean. Throws an InputError where they name nothing, or more than one thing. */
export async function subjectOf(
  runtime: Runtime,
  { guest, name, finding }: Readonly<Record<string, string>>,
): Promise<Subject> {
  if (guest !== undefined) return aboutGuest(runtime, guest.trim());
  if (finding !== undefined) return aboutFinding(runtime, finding.trim());
  if (name === undefined) return { words: {} };
  const plain = name.trim().toLowerCase().replace(/\.$/, '');
  if (!isPlain(plain))
    throw new InputError(
      `${JSON.stringify(oneLine(name, 80))} is neither a DNS name nor an address`,
    );
  return { label: plain, words: { name: plain } };
}

async function aboutGuest(runtime: Runtime, nameOrId: string): Promise<Subject> {
  const seen = await inventoryOf(runtime, 'names', fresh);
  const guests = ofKind(seen, 'guest');
  const matches = named(guests, nameOrId);
  const [guest] = matches;
  if (!guest) {
    const near = nearest(
      nameOrId,
      guests.flatMap(({ id, name }) => [id, ...(name ? [name] : [])]),
    );
    throw new InputError(`No guest ${JSON.stringify(oneLine(nameOrId, 80))} is known`, {
      hint: near
        ? `Did you mean ${near}?`
        : gapsText(seen.gaps.slice(0, 1)) || 'lares://inventory/guests lists them all.',
    });
  }
  if (matches.length > 1)
    throw new InputError(
      `${JSON.stringify(oneLine(nameOrId, 80))} is not one guest but ${matches.length}`,
      { hint: `Give its number: ${matches.map(({ id }) => id).join(', ')}` },
    );
  const guestName = guest.name !== undefined && isPlain(guest.name) ? guest.name : guest.id;
  const instance = guest.more?.arguments['instance'];
  return {
    label: guestName === guest.id ? guest.id : `${guest.id} (${guestName})`,
    words: { guest: guest.id, guestName },
    configured: guest.configured,
    ...(typeof instance === 'string' && { instance }),
  };
}

/** Finding ids hold names from upstream: the plan says "the finding", and quotes it. */
async function aboutFinding(runtime: Runtime, id: string): Promise<Subject> {
  const ids = findingsIn(await healthOf(runtime, runtime.globals.refreshMs)).map(({ id }) => id);
  if (ids.includes(id)) return { words: {}, finding: id };
  const near = nearest(id, ids);
  throw new InputError(`No finding ${JSON.stringify(oneLine(id, 120))} now`, {
    hint: near ? `Did you mean ${near}?` : listOf(ids),
  });
}

const listOf = (ids: readonly string[]): string =>
  ids.length === 0
    ? 'There is none at all: service_health says what was looked at.'
    : `There are: ${ids.slice(0, 20).join(', ')}`;

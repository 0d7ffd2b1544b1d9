import { plural } from '../../../core/base/units.ts';
import { health as defineHealth } from '../client.ts';
import { checkUp } from './checkup.ts';
import { duplicates } from './duplicates.ts';
import { markedFailed } from './marked-failed.ts';
import { noWorkers, oldToken } from './server.ts';

/** The check-up: what contradicts itself in the documentation, and how NetBox itself is. */
export const health = defineHealth(async (netbox, check) => {
  const several = netbox.names.length > 1;
  const answers = await netbox.all((client, instance) =>
    checkUp(client, instance, several ? `${instance}: ` : '', check),
  );
  const checkups = answers.map(({ value }) => value);
  const lists = checkups.flatMap(({ addresses }) => addresses ?? []);
  const known = sum(lists.map(({ total }) => total));
  const compared = sum(lists.map(({ rows }) => rows.length));
  const workers = checkups.flatMap((checkup) => checkup.workers ?? []);
  return {
    version: [...new Set(checkups.map(({ version }) => version ?? 'not told'))].join(', '),
    ...(lists.length > 0 && { headline: `NetBox lists ${plural(known, 'address', 'addresses')}` }),
    facts: {
      ...(lists.length > 0 && { addresses: known }),
      ...(compared < known && { 'compared for duplicates': compared }),
      plugins: sum(checkups.map(({ plugins = [] }) => plugins.length)),
      'background workers': workers.length === checkups.length ? sum(workers) : 'not told',
    },
    findings: checkups.flatMap((checkup) => [
      ...noWorkers(checkup),
      ...oldToken(checkup),
      ...duplicates(checkup),
      ...markedFailed(checkup),
    ]),
  };
});

const sum = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => total + amount, 0);

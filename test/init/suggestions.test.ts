import { expect, it } from 'vitest';
import { suggestionsFrom, type Suggestion } from '../../src/cli/init/suggestions.ts';
import { tryOut } from '../../src/cli/init/trial.ts';
import { onlyInstance } from '../../src/cli/init/entry.ts';
import type { Inventory } from '../../src/core/inventory.ts';
import { candidate, candidates, homelab } from './init-lab.ts';

/** What a service of the demo homelab names, as `lares init` offers it. */
async function offered(id: string, instance = onlyInstance): Promise<Suggestion[]> {
  const demo = await homelab(id);
  const { service } = candidate(id);
  const { inventory } = await tryOut(service, instance, demo.env, new AbortController().signal);
  if (!inventory) throw new Error(`${id} told nothing`);
  return suggestionsFrom(inventory, candidate(id), candidates);
}
const brief = (suggestions: readonly Suggestion[]): string[] =>
  suggestions.map(({ candidate: { service }, address }) => `${service.id} ${address}`);

it('guests by their names', async () => {
  const suggestions = await offered('proxmox');
  expect(brief(suggestions)).toEqual(
    expect.arrayContaining(['netbox netbox', 'graylog graylog', 'n8n n8n', 'pihole dns1']),
  );
  expect(suggestions.find(({ address }) => address === 'netbox')?.because).toBe(
    'guest netbox, named by Proxmox VE',
  );
});

it('upstreams of sites, by the name of the site', async () => {
  const suggestions = brief(await offered('caddy', 'caddy1'));
  expect(suggestions.some((text) => /^n8n \d+\.\d+\.\d+\.\d+:\d+$/.test(text))).toBe(true);
});

it('targets', async () => {
  const suggestions = brief(await offered('prometheus'));
  expect(suggestions.length).toBeGreaterThan(0);
  expect(suggestions.filter((text) => text.startsWith('prometheus '))).toEqual([]);
});

it('nothing that is called otherwise, nothing twice, and not itself', () => {
  const inventory: Inventory = {
    known: [
      { kind: 'guest', id: '101', name: 'n8n' },
      { kind: 'guest', id: '102', name: 'n8n' },
      { kind: 'guest', id: '103', name: 'n8nish' },
      { kind: 'guest', id: '104', name: 'pve-exporter' },
      { kind: 'guest', id: '105', name: 'pve9' },
      { kind: 'guest', id: '106', name: 'caddy-exporter' },
      { kind: 'site', id: 'graylog.lab.example.net', points: ['10.0.20.4:9000'] },
      { kind: 'node', id: 'netbox' },
    ],
    gaps: [],
  };
  expect(brief(suggestionsFrom(inventory, candidate('proxmox'), candidates))).toEqual([
    'n8n n8n',
    'graylog 10.0.20.4:9000',
  ]);
});

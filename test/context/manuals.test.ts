import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../src/core/runtime.ts';
import { isFor, trapsOf, versionsIn } from '../../src/homelab/manuals.ts';
import { instructions } from '../../src/mcp/instructions.ts';
import { services } from '../../src/services/index.ts';
import { lab } from '../harness.ts';

describe('traps by version', () => {
  it.each([
    ['Every version', '1.0', true],
    ['Before 6.3', '6.2.9', true],
    ['Before 6.3', '6.3', false],
    ['Before 6.3', '6.3.1', false],
    ['From 9.0', '9.2.11', true],
    ['From 9.0', '8.4.17', false],
    ['From 9.0', '10.0', true],
    ['From 6.2.0, before 7.1.8', '6.1.9', false],
    ['From 6.2.0, before 7.1.8', '6.2', true],
    ['From 6.2.0, before 7.1.8', '7.1.8', false],
  ])('%s means %s: %s', (heading, version, wanted) => {
    expect(isFor(heading, version)).toBe(wanted);
  });

  it('are read from what a service tells', () => {
    expect(versionsIn('v6.4.1 (dns2: v6.3)')).toEqual(['6.4.1', '6.3']);
    expect(versionsIn(undefined)).toEqual([]);
    expect(() => isFor('Since ever', '1.0')).toThrow(/a heading of pitfalls\.md/);
  });
});

describe.each(services.map((service) => [service.id, service] as const))('%s', (id) => {
  it('has traps whose headings are understood, the general ones first', async () => {
    const { house: runtime } = await lab({ only: [id] });
    const traps = await trapsOf(runtime.services.find(({ service }) => service.id === id)!);
    expect(traps[0]?.versions).toBe('Every version');
    for (const { versions, text } of traps) {
      expect(() => isFor(versions, '1.0'), versions).not.toThrow();
      expect(
        text.split('\n').every((line) => line.startsWith('- ')),
        versions,
      ).toBe(true);
    }
  });

  it('has the same page beside the built program', () => {
    const page = (root: string): string =>
      readFileSync(new URL(`../../${root}/services/${id}/pitfalls.md`, import.meta.url), 'utf8');
    expect(page('dist')).toBe(page('src'));
  });
});

describe('instructions', () => {
  it('say which tool answers what, how far writes are trusted, and what is missing', async () => {
    const { client } = await lab({ only: ['proxmox', 'pihole'], env: { LARES_DOCS: '/nowhere' } });
    const text = client.getInstructions() ?? '';
    const absent = services
      .filter(({ id }) => id !== 'proxmox' && id !== 'pihole')
      .map(({ title }) => title);
    for (const said of [
      /^Configured: Proxmox VE, Pi-hole \(dns1, dns2\)\.$/m,
      `Not configured, so nothing is known of it: ${absent.join(', ')}.\n`,
      /^Writes preview first/m,
      /^- .*: dns_lookup, dns_list_records$/m,
      /^- .*: docs_search$/m,
    ])
      expect(text).toEqual(
        typeof said === 'string' ? expect.stringContaining(said) : expect.stringMatching(said),
      );
    expect(text).not.toMatch(/search_logs/);
  });

  it('stay below what clients cut, whatever is configured', () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `PIHOLE_A_RATHER_LONG_NAME_${i}_URL`,
        `http://10.0.0.${i}`,
      ]),
    );
    const urls = {
      PROXMOX_TOKEN_ID: 'a',
      NETBOX_URL: 'x',
      N8N_URL: 'x',
      PROMETHEUS_URL: 'http://p',
      PROMETHEUS_WRITES: 'off',
      PIHOLE_WRITES: 'sealed',
      SEMAPHORE_URL: 'http://s',
      SEMAPHORE_TOKEN: 't',
      SEMAPHORE_WRITES: 'human',
      CADDY_URL: 'http://c',
      LARES_DOCS: '/d',
      LARES_STATE_DIR: '/nowhere',
    };
    const text = instructions(createRuntime(services, { ...many, ...urls }));
    expect(Buffer.byteLength(text)).toBeLessThan(2_048);
    expect(text).toMatch(/Pi-hole \(40 instances\)/);
    expect(text).toMatch(/Configured wrongly, so absent/);
  });
});

import { describe, expect, it } from 'vitest';
import { incidents } from '../src/demo/incidents/index.ts';
import { createWorld } from '../src/demo/world/index.ts';
import { services } from '../src/services/index.ts';
import { lab, type Answer } from './harness.ts';

interface Finding {
  id: string;
  severity: string;
  message: string;
  next?: { tool: string; arguments: Record<string, unknown> };
}
const findings = ({ data }: Answer): Finding[] =>
  (data.services as { findings: Finding[] }[]).flatMap((service) => service.findings);
const alarming = (answer: Answer): string[] =>
  findings(answer)
    .filter(({ severity }) => severity !== 'info')
    .map(({ id }) => id);

describe('the three conversations', () => {
  it('"Is anything broken?": one call, and a line that can be read aloud', async () => {
    const { call } = await lab();
    const answer = await call('service_health');
    const [line = ''] = answer.text.split('\n');
    expect(line).toMatch(new RegExp(`${services.length} of ${services.length} services answer`));
    for (const said of [/nodes 4\/4/, /guests 38 of 47 running/, /alerts 0/, /ingest \d+ msg\/s/])
      expect(line).toMatch(said);
    expect([answer.data.overall, alarming(answer)]).toEqual(['ok', []]);
  });

  it('"Restart the n8n container": a preview, and with confirm it is done', async () => {
    const { call, writes } = await lab();
    const preview = await call('guest_restart', { vmid: 30062 });
    expect(preview.text).toMatch(
      /^Will restart LXC 30062 \(n8n\) on pve-mini5\. Pass confirm=true to execute\./,
    );
    expect(writes('proxmox')).toEqual([]);
    const done = await call('guest_restart', { vmid: 30062, confirm: true });
    expect(done.data).toMatchObject({ outcome: 'done' });
    expect(writes('proxmox').map(({ method, path }) => [method, path])).toEqual([
      ['POST', '/api2/json/nodes/pve-mini5/lxc/30062/status/reboot'],
    ]);
  });

  it('"Add a DNS record": the first call already carries confirm, and it stands on both', async () => {
    const { call, writes } = await lab();
    const { data } = await call('dns_add_record', {
      domain: 'nas2.lab.example.net',
      ip: '10.0.20.9',
      confirm: true,
    });
    expect(data.outcome).toBe('done');
    expect(writes('pihole')).toHaveLength(2);
    const { text } = await call('dns_lookup', { domain: 'nas2.lab.example.net' });
    expect(text).toContain('10.0.20.9');
  });
});

/** What the mission asks in its first paragraph: an incident, what finds it, and its near miss. */
const questions: Readonly<Record<string, { incident: string; finding: RegExp; twin: string }>> = {
  'a stopped guest': {
    incident: 'guest-down',
    finding: /^proxmox\.guest-down\//,
    twin: 'guest-stopped-on-purpose',
  },
  'sick DNS': { incident: 'dns-vip-dead', finding: /^pihole\.vip/, twin: 'dns-failover' },
  'a firing alert': {
    incident: 'ups-on-battery',
    finding: /^prometheus\.alert\//,
    twin: 'alert-pending',
  },
  'an error spike': {
    incident: 'log-error-spike',
    finding: /^graylog\.error-spike/,
    twin: 'log-noisy-night-job',
  },
  'a failed automation run': {
    incident: 'job-failed',
    finding: /^semaphore\.template-failed\//,
    twin: 'job-fixed',
  },
  'a burst of 502s': {
    incident: 'site-errors',
    finding: /^caddy\.error-rate\//,
    twin: 'few-site-errors',
  },
};

describe('the six questions, all at once', () => {
  it('are all answered by one service_health, each with the call that digs deeper', async () => {
    const world = createWorld();
    const { call } = await lab({ world });
    for (const { incident } of Object.values(questions)) incidents[incident]?.apply(world);
    const answer = await call('service_health');
    for (const [question, { finding }] of Object.entries(questions)) {
      const found = findings(answer).filter(
        ({ id, severity }) => finding.test(id) && severity !== 'info',
      );
      expect(
        found.length,
        `${question}: ${findings(answer)
          .map(({ id }) => id)
          .join(', ')}`,
      ).toBeGreaterThan(0);
      for (const { next } of found) {
        const deeper = await call(next?.tool ?? 'none', next?.arguments);
        expect(
          [deeper.isError, deeper.text.length > 20],
          `${question}: ${next?.tool} ${deeper.text}`,
        ).toEqual([false, true]);
      }
    }
    expect(answer.data.overall).toBe('broken');
  });

  it('have near misses that stay quiet', async () => {
    const world = createWorld();
    const { call } = await lab({ world });
    for (const { twin } of Object.values(questions)) {
      expect(incidents[twin], twin).toBeDefined();
      incidents[twin]?.apply(world);
    }
    const answer = await call('service_health');
    expect(alarming(answer)).toEqual([]);
  });
});

describe('an answer that was cut', () => {
  it('is whole where it says it is: the findings of one service', async () => {
    const world = createWorld();
    const { call } = await lab({ only: ['proxmox'], world });
    for (const guest of world.guests
      .filter(({ onboot, template }) => onboot && !template)
      .slice(0, 20))
      guest.status = 'stopped';
    const all = await call('service_health');
    const [gap, more] =
      /(\d+) more findings of Proxmox VE not shown: service_health \{"service":"proxmox"\}/.exec(
        all.text,
      ) ?? [];
    expect([findings(all).length, gap]).toEqual([15, expect.any(String)]);
    const whole = await call('service_health', { service: 'proxmox' });
    expect([findings(whole).length, whole.text]).toEqual([
      15 + Number(more),
      expect.not.stringContaining('not shown'),
    ]);
  });
});

describe('one of a pair', () => {
  it.each([
    [
      'unreachable',
      'refuse',
      'instance-down/dns1',
      'did not answer, while another instance did: POST /auth: connection refused. Nothing listens at',
    ],
    [
      'denied',
      { status: 401 },
      'instance-denied/dns1',
      'refused to answer, while another instance did: POST /auth: 401 password incorrect. PIHOLE_PASSWORD',
    ],
  ] as const)(
    'that is %s is told in these words, with the way out',
    async (_, fault, id, words) => {
      const { call, world, server } = await lab({ only: ['pihole'] });
      if (fault === 'refuse') server('pihole').inject(fault);
      else for (const one of world.pihole.instances.slice(0, 1)) one.appPassword = 'changed';
      const answer = await call('service_health');
      expect(findings(answer)).toContainEqual(
        expect.objectContaining({
          id: `pihole.${id}`,
          severity: 'warning',
          message: expect.stringContaining(words),
        }),
      );
    },
  );
});

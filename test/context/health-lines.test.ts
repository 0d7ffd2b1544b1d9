import { describe, expect, it } from 'vitest';
import { gapLines, incidentsText } from '../../src/homelab/health-lines.ts';
import type { Finding } from '../../src/core/health.ts';

const down = (vmid: number, node = 'pve1'): Finding => ({
  id: `proxmox.guest-down/${vmid}`,
  severity: 'critical',
  subject: `LXC ${vmid} (web${vmid})`,
  message: `LXC ${vmid} (web${vmid}) on ${node} is stopped, but should run`,
  about: [`guest/default/${vmid}`],
  effect: 'stops',
  next: { tool: 'get_guest', arguments: { vmid } },
});

/** Each finding an incident of its own. */
const findingsText = (findings: readonly Finding[]): string =>
  incidentsText(
    findings.map(({ id, severity }) => ({ id, severity, cause: id })),
    findings,
  );

describe('findings', () => {
  it('that say the same of many things in one place are one line that names them', () => {
    const findings = [
      ...[101, 102, 103, 104].map((id) => down(id)),
      down(201, 'pve2'),
      down(202, 'pve2'),
    ];
    expect(findingsText(findings).split('\n')).toEqual([
      'CRITICAL proxmox.guest-down/101: LXC 101 (web101) on pve1 is stopped, but should run; the same of 3 more: LXC 102 (web102), LXC 103 (web103), LXC 104 (web104) → get_guest {"vmid":101}',
      'CRITICAL proxmox.guest-down/201: LXC 201 (web201) on pve2 is stopped, but should run → get_guest {"vmid":201}',
      'CRITICAL proxmox.guest-down/202: LXC 202 (web202) on pve2 is stopped, but should run → get_guest {"vmid":202}',
    ]);
  });

  it('of one kind that say different things stay apart, the worst first', () => {
    const alert = (name: string, message: string): Finding => ({
      id: `prometheus.alert/${name}`,
      severity: 'warning',
      subject: name,
      message,
      about: ['instance/prometheus/default'],
      effect: 'degrades',
    });
    const findings = [
      alert('A', 'A: the disk is full'),
      alert('B', 'B: the fan stands'),
      alert('C', 'C: it is hot'),
      down(101),
    ];
    const lines = findingsText(findings).split('\n');
    expect([lines.length, lines[0]?.startsWith('CRITICAL')]).toEqual([4, true]);
  });

  it('are joined in a time that grows with their number', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => down(i, `node${i}`));
    expect(findingsText(many).split('\n')).toHaveLength(20_000);
  });
});

describe('an incident', () => {
  const cause = down(101);
  const incident = {
    id: cause.id,
    severity: 'critical' as const,
    cause: cause.id,
    so: { alert: ['GuestDown on web101'], 'upstream down': ['10.0.20.9:80 of shop.example.net'] },
  };

  it('is a line for its cause and a line for what follows', () => {
    expect(incidentsText([incident], [cause]).split('\n')).toEqual([
      'CRITICAL proxmox.guest-down/101: LXC 101 (web101) on pve1 is stopped, but should run → get_guest {"vmid":101}',
      '  so: alert: GuestDown on web101; upstream down: 10.0.20.9:80 of shop.example.net',
    ]);
  });

  it('is as severe as the worst in it', () => {
    const text = incidentsText([incident], [{ ...cause, severity: 'warning' }]);
    expect(text).toMatch(/^CRITICAL proxmox\.guest-down/);
  });

  it('of many alike is told with all that follows, bounded', () => {
    const causes = Array.from({ length: 30 }, (_, i) => down(100 + i));
    const incidents = causes.map(({ id, subject }) => ({
      ...incident,
      id,
      cause: id,
      so: { alert: [`GuestDown on ${subject}`] },
    }));
    const [line, so, ...others] = incidentsText(incidents, causes).split('\n');
    expect([line, so, others]).toEqual([
      expect.stringContaining('the same of 29 more'),
      expect.stringMatching(/^ {2}so: alert: GuestDown on LXC 100 \(web100\), .* and 22 more$/),
      [],
    ]);
  });

  it('that is only suspected says so, and where to look', () => {
    const text = incidentsText(
      [
        {
          id: 'suspicion/node/default/pve2',
          severity: 'critical',
          suspicion: '5 findings have node pve2 in common',
          next: { tool: 'node_status', arguments: { node: 'pve2' } },
          so: { 'upstream down': ['a', 'b', 'c', 'd', 'e'] },
        },
      ],
      [],
    );
    expect(text.split('\n')).toEqual([
      'CRITICAL suspicion/node/default/pve2: 5 findings have node pve2 in common → node_status {"node":"pve2"}',
      '  so: upstream down: a, b, c, d, e',
    ]);
  });
});

describe('gaps', () => {
  it('with one reason are one line, and say how many they are', () => {
    const gaps = [
      ...Array.from({ length: 25 }, (_, i) => ({
        what: `part ${i}`,
        why: 'no answer within 3.2 s',
      })),
      { what: 'updates', why: '403' },
    ];
    const lines = gapLines('Proxmox VE', gaps);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^NOT CHECKED Proxmox VE: part 0, part 1, .* and 5 more \(no answer within 3\.2 s\)$/,
    );
    expect(lines[1]).toBe('NOT CHECKED Proxmox VE: updates (403)');
  });
});

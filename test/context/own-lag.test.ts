import { expect, it, vi } from 'vitest';
import { watchLag } from '../../src/core/base/lag.ts';
import { lab } from '../harness.ts';

/** Takes every turn there is, as a machine that is overloaded does. */
function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}
const env = { LARES_DEADLINE_MS: '1500', PROMETHEUS_TIMEOUT_MS: '1400' };
/** With a deadline that no busy machine reaches before the time-out. */
const patient = { LARES_DEADLINE_MS: '8000', PROMETHEUS_TIMEOUT_MS: '700' };

it('says of itself that it was busy, and of nobody that they hang', async () => {
  const { call, server } = await lab({ only: ['prometheus'], env });
  server('prometheus').inject('hang');
  const asked = call('service_health', { service: 'prometheus' });
  await vi.waitFor(() => expect(server('prometheus').requests.length).toBeGreaterThan(0));
  block(900);
  const { text, data } = await asked;
  expect([data.services[0].state, data.overall]).toEqual(['not_checked', 'unknown']);
  expect(text).toMatch(/^NOT CHECKED Prometheus: Lares itself was busy/m);
  expect(text).not.toContain('hangs');
});

it('says that a service hangs where it had the time to listen', async () => {
  const { call, server } = await lab({ only: ['prometheus'], env: patient });
  server('prometheus').inject('hang');
  const { text, data } = await call('service_health', { service: 'prometheus' });
  expect([data.services[0].state, data.overall]).toEqual(['unreachable', 'unknown']);
  expect(text).toContain('hangs');
});

it('does not watch itself for longer than it asks', async () => {
  const lag = watchLag();
  lag.stop();
  expect(lag.ms()).toBeLessThan(1_000);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  loopback,
  type Answer,
  type Loopback,
  type LoopbackOptions,
} from '../../src/demo/loopback.ts';
import { startDemo, type Demo } from '../../src/demo/start.ts';
import type { Candidate } from '../../src/cli/init/look.ts';
import { services } from '../../src/services/index.ts';

/** Every service with its part of `lares init`. */
export const candidates: readonly Candidate[] = await Promise.all(
  services.map(async (service) => {
    const module = await service.setup?.();
    if (!module) throw new Error(`${service.id} has no recipe`);
    return { service, setup: module.setup };
  }),
);

export function candidate(id: string): Candidate {
  const known = candidates.find(({ service }) => service.id === id);
  if (!known) throw new Error(`no service ${id}`);
  return known;
}

/** A server that is gone with the test. */
export async function server(answer: Answer, options?: LoopbackOptions): Promise<Loopback> {
  const started = await loopback(answer, options);
  onTestFinished(() => started.close());
  return started;
}

/** The demo homelab, gone with the test. */
export async function homelab(...only: string[]): Promise<Demo> {
  const demo = await startDemo(only.length > 0 ? { only } : {});
  onTestFinished(() => demo.close());
  // What a stranger waits for is no part of what is tried.
  for (const fake of demo.fakes.values()) {
    const { knobs } = fake as { knobs?: { rejectDelayMs?: number } };
    if (knobs?.rejectDelayMs !== undefined) knobs.rejectDelayMs = 0;
  }
  return demo;
}

/** A folder that is gone with the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lares-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An answers file that its owner alone can read. */
export function answersFile(folder: string, services: readonly object[], mode = 0o600): string {
  const path = join(folder, 'answers.json');
  writeFileSync(path, JSON.stringify({ services }), { mode });
  return path;
}

/** Headers with which somebody signs in. */
export const credentialHeaders = [
  'authorization',
  'cookie',
  'x-n8n-api-key',
  'x-ftl-sid',
  'x-api-key',
] as const;

export const html = (title: string, body = '', status = 200) => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html><html><head><title>${title}</title>${body}</head></html>`,
});

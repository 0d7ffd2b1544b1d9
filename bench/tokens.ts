import { encode } from 'gpt-tokenizer';
import { allTools, call } from '../src/catalog.ts';
import { createRuntime } from '../src/core/runtime.ts';
import { incidents } from '../src/demo/incidents/index.ts';
import { startDemo } from '../src/demo/start.ts';
import { createWorld } from '../src/demo/world/index.ts';
import { services } from '../src/services/index.ts';
import type { Ratio } from './measure.ts';

const count = (text: string): number => encode(text).length;

/** What a model reads, counted with the public o200k tokenizer. */
export async function tokens(): Promise<Ratio[]> {
  const list = count(
    JSON.stringify(
      allTools.map(({ name, description, input }) => ({ name, description, inputSchema: input })),
    ),
  );
  const healthy = await answer([]);
  const broken = await answer([
    'guest-down',
    'guest-io-error',
    'storage-full',
    'disk-failing',
    'backup-failed',
  ]);
  return [
    {
      what: 'Tool list as a model sees it (names, descriptions, inputs)',
      value: `${list} tokens`,
      target: '≤ 4,000',
      met: list <= 4_000,
      detail: `${allTools.length} tools, o200k`,
    },
    {
      what: '"Is anything broken?", healthy',
      value: `${healthy.tokens} tokens`,
      target: '≤ 600',
      met: healthy.tokens <= 600,
      detail: `${healthy.findings} findings`,
    },
    {
      what: '"Is anything broken?", about ten findings',
      value: `${broken.tokens} tokens`,
      target: '≤ 1,500',
      met: broken.tokens <= 1_500,
      detail: `${broken.findings} findings`,
    },
  ];
}

async function answer(names: readonly string[]): Promise<{ tokens: number; findings: number }> {
  const world = createWorld();
  const demo = await startDemo({ world });
  for (const name of names) incidents[name]?.apply(world);
  const runtime = createRuntime(services, { ...demo.env, LARES_STATE_DIR: '/nonexistent' }, () =>
    world.now(),
  );
  const { text, data } = await call(
    runtime,
    'service_health',
    {},
    {
      name: 'bench',
      signal: new AbortController().signal,
      progress: () => undefined,
      now: runtime.now,
    },
  );
  await runtime.close();
  await demo.close();
  return {
    tokens: count(text),
    findings: (data['services'] as { findings: unknown[] }[]).reduce(
      (sum, { findings }) => sum + findings.length,
      0,
    ),
  };
}

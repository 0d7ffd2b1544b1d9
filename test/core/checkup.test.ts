import { describe, expect, it } from 'vitest';
import { UnreachableError, UpstreamError } from '../../src/core/base/errors.ts';
import { configureService } from '../../src/core/config/env.ts';
import { collectGaps } from '../../src/core/gap.ts';
import {
  inspect,
  unlessUnread,
  type Check,
  type HealthReport,
  type Report,
} from '../../src/core/health.ts';
import { toy } from '../toy.ts';

const nothing: Report = { facts: {}, findings: [] };
const refuse = (): Promise<number> =>
  Promise.reject(new UpstreamError('GET /x: 403 Forbidden', 403));
const hang = (): Promise<number> =>
  Promise.reject(new UnreachableError('GET /x: no connection in time'));
const look = (
  examine: (check: Check) => Promise<Report>,
  without?: ReadonlySet<string>,
): Promise<HealthReport> => inspect(examine, 10_000, without);

describe('a part of a check-up', () => {
  it('that is denied is a gap which says so; silence is another', async () => {
    const { gaps } = await look(async (check) => {
      await Promise.all([check('a', refuse), check('b', hang)]);
      return nothing;
    });
    expect(gaps.map(({ what, denied }) => [what, denied])).toEqual([
      ['a', true],
      ['b', undefined],
    ]);
  });

  it('that the operator says is not there is not asked for, and no gap', async () => {
    const asked: string[] = [];
    const ask = (what: string) => async () => void asked.push(what);
    const { gaps } = await look(
      async (check) => {
        await check('silences', ask('silences'), { part: 'alertmanager' });
        await check('targets', ask('targets'), { part: 'targets' });
        return nothing;
      },
      new Set(['alertmanager']),
    );
    expect([asked, gaps]).toEqual([['targets'], []]);
    const { part } = collectGaps({ without: new Set(['alertmanager']) });
    expect(await part('silences', hang, { part: 'alertmanager' })).toBeUndefined();
  });

  it.each<[string, readonly (() => Promise<number>)[], boolean]>([
    ['every required one was denied', [refuse, refuse], true],
    ['one of them was answered', [refuse, async () => 1], false],
    ['one of them was silent', [refuse, hang], false],
  ])('makes the service denied or not: %s', async (_, asks, denied) => {
    const report = await look(async (check) => {
      await check('extra', async () => 1, { extra: true });
      for (const ask of asks) await check('required', ask);
      return nothing;
    });
    expect(report.denied).toBe(denied);
  });

  it('may be told by the report itself, also that nothing at all is seen', async () => {
    const gap = { what: 'any guest', why: 'the token sees none', denied: true as const };
    const report = await look(async () => ({ ...nothing, gaps: [gap], blind: true }));
    expect([report.gaps, report.denied]).toEqual([[gap], true]);
  });

  it('that was not read is neither none nor zero in a headline', () => {
    const say = (n: number): string => `backups of ${n} guests`;
    expect([unlessUnread('backups', undefined, say), unlessUnread('backups', 0, say)]).toEqual([
      'backups not read',
      'backups of 0 guests',
    ]);
  });
});

describe('TOY_WITHOUT', () => {
  const service = { ...toy, parts: { search: 'the index', lights: 'all lamps' } };
  const configured = (without: string) =>
    configureService(service, { TOY_URL: 'http://127.0.0.1:1', TOY_WITHOUT: without });

  it('names parts, in any spelling', () => {
    expect([...configured('Search, lights').without]).toEqual(['search', 'lights']);
  });

  it('says of a part that there is none of that name, and leaves its gap where it is', () => {
    const { without, warnings, state } = configured('serach');
    expect([[...without], state]).toEqual([[], 'on']);
    expect(warnings).toEqual(['TOY_WITHOUT: there is no part serach, did you mean search?']);
  });
});

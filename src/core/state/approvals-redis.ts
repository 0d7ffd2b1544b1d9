import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonical, parseJson, type JsonObject } from '../base/json.ts';
import { day } from '../base/units.ts';
import type { Answer, ApprovalStore, Pending } from './approvals.ts';
import { normaliseCode } from '../base/code-spelling.ts';
import type { SharedStore } from './store.ts';

/** What several replicas agree on. Whoever may write to the store still cannot approve: what waits and what a person said is signed with the key they share. */
export function redisApprovalStore(
  store: SharedStore,
  key: () => Buffer,
  now: () => number,
): ApprovalStore {
  const name = (code: string): string =>
    createHash('sha256').update(normaliseCode(code)).digest('hex').slice(0, 32);
  const mac = (kind: string, id: string, body: JsonObject): string =>
    createHmac('sha256', key()).update(`${kind} ${id} `).update(canonical(body)).digest('hex');
  const signed = (kind: string, id: string, body: JsonObject): string =>
    JSON.stringify({ body, mac: mac(kind, id, body) });
  const opened = <T>(kind: string, id: string, text: string | null | undefined): T | undefined => {
    const { body, mac: given } = (parseJson(text ?? 'null') ?? {}) as {
      body?: JsonObject;
      mac?: string;
    };
    if (body === undefined || typeof given !== 'string') return undefined;
    const [a, b] = [Buffer.from(given), Buffer.from(mac(kind, id, body))];
    return a.length === b.length && timingSafeEqual(a, b) ? (body as T) : undefined;
  };
  // Kept a day longer than it could matter, so that clocks may differ.
  const lifetime = (expires: number): number => Math.max(0, expires - now()) + day;
  return {
    spend: (code, expires) => store.create(`spent:${name(code)}`, '1', lifetime(expires)),
    isSpent: async (code) => (await store.get([`spent:${name(code)}`]))[0] !== null,
    async ask(pending) {
      const id = name(pending.code);
      await store.create(
        `pending:${id}`,
        signed('pending', id, pending as unknown as JsonObject),
        lifetime(pending.expires),
      );
      await store.rank('waiting', id, pending.expires, now() - day);
    },
    async waiting(at) {
      const ids = await store.above('waiting', at);
      const [pending, answers] = await Promise.all([
        store.get(ids.map((id) => `pending:${id}`)),
        store.get(ids.map((id) => `answer:${id}`)),
      ]);
      return ids
        .flatMap((id, i) =>
          answers[i] === null ? (opened<Pending>('pending', id, pending[i]) ?? []) : [],
        )
        .sort((a, b) => a.asked - b.asked);
    },
    answer: (code, answer) =>
      store.create(`answer:${name(code)}`, signed('answer', name(code), { ...answer }), day),
    answerFor: async (code) =>
      opened<Answer>('answer', name(code), (await store.get([`answer:${name(code)}`]))[0]),
  };
}

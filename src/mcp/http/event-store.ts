import { randomUUID } from 'node:crypto';
import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

interface Kept {
  id: string;
  stream: string;
  message: JSONRPCMessage;
  bytes: number;
}

/** What a session of the 2025 revisions can still be told after its connection broke: the last messages, bounded. An id that is gone is refused, never answered with a gap. */
export function eventStore(maxEvents = 200, maxBytes = 1 << 20): EventStore {
  const kept: Kept[] = [];
  let bytes = 0;
  return {
    async storeEvent(stream, message) {
      const one = { id: randomUUID(), stream, message, bytes: JSON.stringify(message).length };
      kept.push(one);
      bytes += one.bytes;
      while (kept.length > maxEvents || (bytes > maxBytes && kept.length > 1))
        bytes -= kept.shift()?.bytes ?? 0;
      return one.id;
    },
    getStreamIdForEventId: async (id) => kept.find((one) => one.id === id)?.stream,
    async replayEventsAfter(id, { send }) {
      const from = kept.findIndex((one) => one.id === id);
      const stream = kept[from]?.stream;
      if (stream === undefined) throw new Error('no such event');
      // What begins a stream is an empty message that only carries an id.
      for (const one of kept.slice(from + 1))
        if (one.stream === stream && Object.keys(one.message).length > 0)
          await send(one.id, one.message);
      return stream;
    },
  };
}

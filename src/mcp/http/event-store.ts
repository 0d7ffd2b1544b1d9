import { randomUUID } from 'node:crypto';
import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

interface StoredEvent {
  id: string;
  stream: string;
  message: JSONRPCMessage;
  bytes: number;
}

/** What a session of the 2025 revisions can still get after its connection broke: the last messages, bounded by their number and their size. An id that is gone is refused, never answered with a gap. */
export function eventStore(maxEvents = 200, maxBytes = 1 << 20): EventStore {
  const events: StoredEvent[] = [];
  let bytes = 0;
  return {
    async storeEvent(stream, message) {
      const event = { id: randomUUID(), stream, message, bytes: JSON.stringify(message).length };
      events.push(event);
      bytes += event.bytes;
      while (events.length > maxEvents || (bytes > maxBytes && events.length > 1))
        bytes -= events.shift()?.bytes ?? 0;
      return event.id;
    },
    getStreamIdForEventId: async (id) => events.find((event) => event.id === id)?.stream,
    async replayEventsAfter(id, { send }) {
      const from = events.findIndex((event) => event.id === id);
      const stream = events[from]?.stream;
      if (stream === undefined) throw new Error('no such event');
      // What begins a stream is an empty message that only carries an id.
      for (const event of events.slice(from + 1))
        if (event.stream === stream && Object.keys(event.message).length > 0)
          await send(event.id, event.message);
      return stream;
    },
  };
}

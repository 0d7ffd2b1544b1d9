import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Grant } from './auth/grant.ts';

/** What is known of a request on its way in. */
export interface HonoEnv {
  Bindings: { incoming: IncomingMessage; outgoing: ServerResponse };
  Variables: {
    /** Stands in the log, and in the answer's `X-Request-Id`. */
    id: string;
    /** Address of the client; behind a trusted proxy, the one the proxy names. */
    address: string;
    grant: Grant;
    refused(why: string): void;
  };
}

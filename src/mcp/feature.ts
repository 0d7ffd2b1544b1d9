import {
  ProtocolError,
  ProtocolErrorCode,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { InputError } from '../core/base/errors.ts';
import { errorText } from '../core/call.ts';
import type { Call } from '../core/http/index.ts';
import type { Runtime } from '../core/runtime.ts';
import type { LaresServer, Registration } from './lares-server.ts';

/** One kind of thing that a runtime offers: tools, resources, prompts, completions. Made once for a runtime, and put onto many servers. */
export interface Feature {
  /** What a server with it announces. */
  readonly capabilities: ServerCapabilities;
  /** Puts all of it onto a server; of the tools, where `tool` names one, only that one. Returns what has to be taken off before another runtime's feature is put on; what is merely replaced then is not among it. */
  register(server: LaresServer, tool?: string): readonly Registration[];
}

/** What one request brings along for reads on its behalf. Nobody is told how far they are. */
export const callOf = (runtime: Runtime, { mcpReq }: ServerContext): Call => ({
  signal: mcpReq.signal,
  progress: () => undefined,
  now: runtime.now,
});

/** An error as the protocol carries it: in words, without secrets. What was asked for wrongly has another code than what failed. */
export const protocolError = (runtime: Runtime, error: unknown): ProtocolError =>
  new ProtocolError(
    error instanceof InputError ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError,
    errorText(runtime, error),
  );

import type { SessionRecipe } from './session.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';

/** What a service knows about its own answers. */
export interface ClientOptions {
  /** Words for a refusal, where the status line does not hold them; and what the operator can do. */
  describeError?(
    refusal: HttpResponse &
      Pick<HttpRequest, 'method' | 'target'> & {
        /** As `connect` made them: a hint is about the credentials that are in use. */
        settings?: unknown;
      },
  ):
    | {
        reason?: string | undefined;
        hint?: string | undefined;
        /** The API itself was not reached: nothing is known of how the service is. */
        front?: boolean | undefined;
        /** The credentials lack a privilege, although the status is neither 401 nor 403. */
        denied?: boolean | undefined;
      }
    | undefined;
  session?: SessionRecipe;
  /** Whether a refusal that is neither JSON nor empty is the service's own, as some of its refusals are plain text or pages; without it, such an answer came from something in front of it. */
  isOwnRefusal?(refusal: HttpResponse): boolean;
  /** Status codes besides 502 and 504 with which the service says that something behind it did not answer. */
  silentStatus?(status: number): boolean;
  /** Reads that the upstream spells POST, as path patterns (searches). */
  queries?: RegExp;
  /** Its answers are compared with each other: secrets that are taken out of them stay equal where they are, and different where they are not. */
  comparesSecrets?: boolean;
  /** How a body is read, where `JSON.parse` would lose something. */
  parse?(text: string): unknown;
}

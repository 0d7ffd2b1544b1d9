import { dispensable, fullMessage, LaresError } from '../../core/base/errors.ts';
import { plural } from '../../core/base/units.ts';
import type { Diagnosis } from '../../core/service.ts';
import { doctor as defineDoctor } from './client.ts';
import { queryNotes } from './query-notes.ts';
import { fixFor, grants, needed, streamFix } from './rights.ts';
import type { Stream } from './schema/index.ts';
import { lastSeconds } from './window.ts';

type Right = Diagnosis['rights'][number];

/** The permissions that Lares asks with, and what grants those that are missing. */
export const doctor = defineDoctor(async (graylog) => {
  // The credentials may still be good; the list of permissions then says what is missing.
  const system = await dispensable(graylog.system());
  const [granted, streams, queryProblems] = await Promise.all([
    graylog.permissions(),
    graylog.streams().catch((error: unknown) => {
      if (error instanceof LaresError) return error;
      throw error;
    }),
    queryNotes(graylog, {
      query: graylog.settings.errorQuery,
      range: lastSeconds(3_600),
    }).catch(() => []),
  ]);
  // Nothing at all was answered.
  if (!system && !granted && streams instanceof LaresError) throw streams;
  return {
    version: system?.version ?? 'unknown',
    rights: [
      searchRight(streams),
      ...queryProblems.map(({ text }) => ({
        what: `count errors with ${graylog.settings.errorQuery}`,
        granted: false,
        fix: `${text} Set GRAYLOG_ERROR_QUERY.`,
      })),
      ...withoutRepeatedFixes(
        needed.map(({ permission, what }) => {
          const right = granted ? grants(granted, permission) : ('unknown' as const);
          return {
            what: `see ${what} (${permission})`,
            granted: right,
            fix: right === true ? undefined : fixFor(permission),
          };
        }),
      ),
    ],
  };
});

/** `streams` may be the reason why they are not known. */
function searchRight(streams: readonly Stream[] | LaresError): Right {
  if (streams instanceof LaresError)
    return { what: 'search messages', granted: 'unknown', fix: fullMessage(streams) };
  return {
    what: `search messages (${plural(streams.length, 'readable stream')})`,
    granted: streams.length > 0,
    fix: streams.length > 0 ? undefined : streamFix,
  };
}

/** One role grants several permissions: its commands are said once. */
const withoutRepeatedFixes = <Right extends { fix: string | undefined }>(
  rights: readonly Right[],
): Right[] =>
  rights.map((right, i) =>
    right.fix !== undefined && rights.findIndex(({ fix }) => fix === right.fix) < i
      ? { ...right, fix: 'the same' }
      : right,
  );

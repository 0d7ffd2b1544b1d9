import { canonicalName, placeOf, type Link, type Ref, type Thing } from '../../core/map.ts';

/** What one Graylog tells of the homelab. */
export interface Known {
  instance: string;
  /** There are several, so a title and a call must say which. */
  several: boolean;
  state: Thing['state'];
  /** Hosts as they stand in messages. */
  sources: readonly string[];
}

export const serverRef = (instance: string): Ref => `instance/graylog/${instance}`;
/** Graylog keeps this field in lower case and shows it as it came: both are one source. */
export const sourceRef = (instance: string, source: string): Ref =>
  `source/${instance}/${canonicalName(source)}`;

/** The server, and every host that logs to it. Where the server is reached stands in the configuration of Lares, which core reads. */
export function thingsOf(known: Known): Thing[] {
  const { instance, several, state } = known;
  const sources = new Map<Ref, string>();
  for (const source of known.sources)
    if (source.trim() !== '') sources.set(sourceRef(instance, source), source);
  return [
    {
      ref: serverRef(instance),
      title: several ? `Graylog ${instance}` : 'Graylog',
      state,
      more: { tool: 'graylog_overview', arguments: several ? { instance } : {} },
      links: [],
    },
    ...[...sources].map(([ref, source]) => sourceThing(ref, source, known)),
  ];
}

/** A host logs under its own name. The address that a message came from says less: a relay gives its own to all. */
const sourceThing = (ref: Ref, source: string, { instance, several }: Known): Thing => ({
  ref,
  title: source,
  about: 'logs to Graylog',
  more: {
    tool: 'search_logs',
    arguments: {
      query: `source:"${source.replace(/["\\]/g, '\\$&')}"`,
      range: '1h',
      ...(several && { instance }),
    },
  },
  links: reachedAt(source),
});

function reachedAt(source: string): Link[] {
  const place = placeOf(source);
  return place === undefined ? [] : [{ to: place, how: 'reached at' }];
}

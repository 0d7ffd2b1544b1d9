import type { Call, Route } from './route.ts';

export const streamRoutes: Route[] = [{ method: 'GET', path: '/streams', run: streams }];

/** Streams that may not be read are left out, without a word. */
function streams({ world, access, version }: Call): unknown {
  const readable = world.graylog.streams
    .filter(({ id }) => access.reads(id))
    .map(
      ({ id, title, description, disabled, isDefault, matching, rules, removesFromDefault }) => ({
        id,
        creator_user_id: 'admin',
        outputs: [],
        matching_type: matching,
        description,
        created_at: '2025-05-16T08:59:53.236Z',
        disabled,
        title,
        content_pack: null,
        index_set_id: '66f1c0de00000000000000c1',
        rules: rules.map((rule, i) => ({
          id: `${id.slice(0, 22)}${i.toString().padStart(2, '0')}`,
          stream_id: id,
          description: null,
          ...rule,
        })),
        remove_matches_from_default_stream: removesFromDefault,
        is_editable: !isDefault,
        is_default: isDefault,
        ...(version >= 601 && { categories: [] }),
      }),
    );
  return { total: readable.length, streams: readable.reverse() };
}

import * as z from 'zod';

/** Who a token belongs to, from GET /system/sessions. A token has no session: `is_valid` is false and the name is there all the same (5.1 and later). */
export const Whoami = z
  .object({ username: z.string().nullish() })
  .transform(({ username }) => username ?? undefined);

/** A user with its permissions, from GET /users/{username}. */
export const Account = z
  .object({ id: z.string().nullish(), permissions: z.array(z.string()).nullish() })
  .transform(({ id, permissions }) => ({ id: id ?? undefined, permissions: permissions ?? [] }));
export type Account = z.output<typeof Account>;

const Moment = z
  .string()
  .nullish()
  .transform((text) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) || at <= 0 ? undefined : at;
  });

/** Access tokens of a user from GET /users/{id}/tokens, without the tokens themselves; moments in ms. They end since 6.2. */
export const Tokens = z
  .object({
    tokens: z.array(
      z.object({ name: z.string().nullish(), expires_at: Moment, last_access: Moment }),
    ),
  })
  .transform(({ tokens }) =>
    tokens.map(({ name, expires_at, last_access }) => ({
      name: name ?? '',
      expiresAt: expires_at,
      lastUsedAt: last_access,
    })),
  );
export type Tokens = z.output<typeof Tokens>;

/** System notifications. Their shape changed in 7.0: `id` and nulls appear, `node_id` may be `nodeId`; the spelling of types is not relied on. */
export const Notifications = z
  .object({
    notifications: z.array(
      z.object({
        type: z.string(),
        severity: z.string().nullish(),
        timestamp: z.string().nullish(),
        key: z.string().nullish(),
        details: z.record(z.string(), z.unknown()).nullish(),
      }),
    ),
  })
  .transform(({ notifications }) =>
    notifications.map(({ type, severity, timestamp, key, details }) => ({
      type: type.toLowerCase(),
      urgent: severity?.toLowerCase() === 'urgent',
      since: timestamp ?? undefined,
      key: key ?? undefined,
      details: Object.entries(details ?? {})
        .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
        .map(([name, value]) => `${name}: ${String(value)}`),
    })),
  );
/** A system notification; `since` is ISO 8601. */
export type Notification = z.output<typeof Notifications>[number];

import * as z from 'zod';

/** Who a token belongs to, from GET /system/sessions. A token has no session: `is_valid` is false and the name is there all the same (5.1 and later). */
export const Whoami = z
  .object({ username: z.string().nullish() })
  .transform(({ username }) => username ?? undefined);

/** The permissions of a user, from GET /users/{username}. */
export const Account = z
  .object({ permissions: z.array(z.string()).nullish(), roles: z.array(z.string()).nullish() })
  .transform(({ permissions }) => permissions ?? []);

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

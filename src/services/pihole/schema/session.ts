import * as z from 'zod';

/** What a login, or a look at the session, answers. Without a password it is valid and has no SID. */
export const Session = z
  .object({
    session: z.object({
      valid: z.boolean(),
      sid: z.string().nullish(),
      message: z.string().nullish(),
    }),
  })
  .transform(({ session }) => session);

/** The body of a refusal, whatever was asked. */
export const Refusal = z
  .object({ error: z.object({ key: z.string(), message: z.string(), hint: z.string().nullish() }) })
  .transform(({ error }) => error);

/** Whether this session was made with an app password, or by the command line (which may never change the configuration); neither without a password. */
export const Sessions = z
  .object({
    sessions: z.array(
      z.object({
        current_session: z.boolean(),
        app: z.boolean().nullish(),
        cli: z.boolean().nullish(),
      }),
    ),
  })
  .transform(({ sessions }) => {
    const own = sessions.find((session) => session.current_session);
    return { app: own?.app ?? false, cli: own?.cli ?? false };
  });

/** Asked without a session: whether the resolver behind the API serves. */
export const Login = z.object({ dns: z.boolean() }).transform(({ dns }) => dns);

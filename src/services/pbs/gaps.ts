import { UpstreamError } from '../../core/base/errors.ts';
import type { Check } from '../../core/health.ts';
import { grantCommand, missing, type Need } from './rights.ts';
import type { Permissions } from './schema/access.ts';

/** The server shows a token without rights an empty list: said here as the refusal it is. Resolves to false where something is hidden. */
export async function reportHidden(
  check: Check,
  permissions: Permissions | undefined,
  tokenId: string,
  about: (need: Need) => boolean = () => true,
): Promise<boolean> {
  const hidden = permissions ? missing(permissions).filter(about) : [];
  await Promise.all(
    hidden.map((need) =>
      check(need.what, async () => {
        throw new UpstreamError(
          `GET /access/permissions: 403 in effect, the token lacks ${need.privilege} on ${need.path}`,
          403,
          { hint: grantCommand(need.privilege, tokenId) },
        );
      }),
    ),
  );
  return hidden.length === 0;
}

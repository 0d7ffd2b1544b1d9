import * as z from 'zod';
import { bytes, percent } from '../../../core/base/units.ts';
import { fullness } from '../storages.ts';

/** Output fields. */
export const Share = z.number().optional().describe('0..1 of its cores');
export const Bytes = z.number().optional();

/** Three decimals of a share say all there is to say. */
export const rounded = (share: number | undefined): number | undefined =>
  share === undefined ? undefined : Math.round(share * 1000) / 1000;

/** `12.0 GiB of 64.0 GiB`, or what is known of it. */
export function usage(used: number | undefined, total: number | undefined): string | undefined {
  if (total === undefined) return undefined;
  return used === undefined ? `of ${bytes(total)}` : `${bytes(used)} of ${bytes(total)}`;
}

/** How full something is: `87 %`, nothing when the sizes are not known. */
export function fullnessText(sizes: Parameters<typeof fullness>[0]): string | undefined {
  const share = fullness(sizes);
  return share === undefined ? undefined : percent(share);
}

/** What does not run uses nothing: only what it may use is worth a cell. */
export const withoutIdleFigures = <
  Row extends {
    status: string;
    uptimeSeconds?: number | undefined;
    cpuShare?: number | undefined;
    memoryBytes?: number | undefined;
  },
>(
  row: Row,
): Row =>
  row.status === 'stopped'
    ? { ...row, uptimeSeconds: undefined, cpuShare: undefined, memoryBytes: undefined }
    : row;

/** `12 % of 8`: a share of 0..1 of so many cores, or what is known of it. */
export function load(share: number | undefined, cores: number | undefined): string | undefined {
  if (cores === undefined) return undefined;
  return share === undefined ? `of ${cores}` : `${percent(share)} of ${cores}`;
}

import * as z from 'zod';
import { bytes, percent } from '../../../core/base/units.ts';
import type { Clusters } from '../client.ts';

/** Which cluster a row is of; told only where there are several. */
export const Cluster = z.string().optional().describe('Cluster, where there are several');
export const Share = z.number().optional().describe('0..1 of its cores');
export const Bytes = z.number().optional();

export const labelIn =
  ({ names }: Clusters) =>
  (instance: string): string | undefined =>
    names.length > 1 ? instance : undefined;

/** Three decimals of a share say all there is to say. */
export const rounded = (share: number | undefined): number | undefined =>
  share === undefined ? undefined : Math.round(share * 1000) / 1000;

/** `12.0 GiB of 64.0 GiB`, or what is known of it. */
export const usage = (used: number | undefined, total: number | undefined): string | undefined =>
  total === undefined
    ? undefined
    : used === undefined
      ? `of ${bytes(total)}`
      : `${bytes(used)} of ${bytes(total)}`;

/** What does not run uses nothing: only what it may use is worth a cell. */
export const idle = <
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

export const load = (share: number | undefined, cores: number | undefined): string | undefined =>
  cores === undefined
    ? undefined
    : share === undefined
      ? `of ${cores}`
      : `${percent(share)} of ${cores}`;

/** The column that tells clusters apart, when there are several. */
export const clusterColumn = <Row extends { instance?: string | undefined }>(
  all: readonly Row[],
): Record<string, (row: Row) => string | undefined> =>
  all.some(({ instance }) => instance !== undefined) ? { cluster: ({ instance }) => instance } : {};

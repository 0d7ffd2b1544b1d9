import type { HomelabTool } from './read-tool.ts';
import { findDrift } from './drift/find-drift.ts';
import { docsSearch } from './docs-search.ts';
import { explain } from './explain/explain.ts';
import { serviceHealth } from './service-health.ts';

/** Every tool that speaks for the whole homelab. */
export const homelabTools: readonly HomelabTool[] = [serviceHealth, explain, findDrift, docsSearch];

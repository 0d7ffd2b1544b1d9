import { register } from 'node:module';

/** The suite asks node:fs for globSync, which Node has had since 22; on Node 20 it gets one that finds nothing, for a command that is not used here. */
const hooks = `
const shim = 'lares:fs';
export async function resolve(name, context, next) {
  const asked = (name === 'fs' || name === 'node:fs') && context.parentURL?.includes('/@modelcontextprotocol/conformance/');
  return asked ? { url: shim, shortCircuit: true } : next(name, context);
}
export async function load(url, context, next) {
  if (url !== shim) return next(url, context);
  return { format: 'module', shortCircuit: true, source: "export * from 'node:fs'; export { default } from 'node:fs'; export const globSync = () => [];" };
}`;
if (Number(process.versions.node.split('.')[0]) < 22)
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url);

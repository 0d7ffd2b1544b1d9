/** One spelling for one code: people read O for 0 and I or L for 1, and leave hyphens out. */
export const normaliseCode = (code: string): string =>
  code.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');

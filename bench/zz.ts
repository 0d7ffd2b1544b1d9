import { network } from '/work/main/bench/http.ts';
for (const r of await network()) console.log(r.met ? 'ok  ' : 'MISS', r.what, r.value, r.target, '|', r.detail);
process.exit();

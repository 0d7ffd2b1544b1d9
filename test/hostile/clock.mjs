// Loaded with --import into a program whose clock a test moves: Date.now() is ahead by the milliseconds in the file HOSTILE_CLOCK.
import { readFileSync } from 'node:fs';

const machine = Date.now;
Date.now = () => machine() + Number(readFileSync(process.env['HOSTILE_CLOCK'], 'utf8'));

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findFreePort, RESERVATIONS } from '../src/ports.js';

const reserveFor = (pid: number, port: number): void =>
  writeFileSync(path.join(RESERVATIONS, String(port)), String(pid));

it('a port that a running process has chosen is not chosen by another, although nothing listens on it', async () => {
  const port = await findFreePort();
  reserveFor(process.ppid, port);
  expect(await findFreePort(port)).not.toBe(port);
});

it('a port whose process has ended is free again, and so is one of this process', async () => {
  const port = await findFreePort();
  expect(await findFreePort(port)).toBe(port);
  reserveFor(2 ** 30, port);
  expect(await findFreePort(port)).toBe(port);
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { checkServiceName } from '../src/service.js';
import { FileChanges } from '../src/write-files.js';

it.each([
  [undefined, /name the service: npm run generate -- service loyalty/],
  ['Loyalty', /"Loyalty" cannot be a service: .* one word of lower-case letters, such as loyalty/],
  ['gift-cards', /one word of lower-case letters/],
  ['orders', /there is a service orders already/],
  ['gateway', /there is a service gateway already/],
  ['provisioner', /there is a service provisioner already/],
  ['postgres', /"postgres" is the name of another part/],
  ['pgbouncer', /another part/],
  ['a'.repeat(21), /too long: at most 20 letters/],
])('the name %s is refused with what to do', (name, message) => {
  expect(() => checkServiceName(name)).toThrow(message);
});

it('a good name is taken', () => {
  expect(checkServiceName('newservice')).toBe('newservice');
});

it('what was written can be undone: files are as before, and new folders are gone', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'doorbuster-generate-'));
  try {
    writeFileSync(path.join(root, 'kept'), 'before');
    const changes = new FileChanges(root);
    expect(changes.write({ kept: 'before', 'new/folder/file': 'x' })).toEqual(['new/folder/file']);
    expect(changes.write({ kept: 'after' })).toEqual(['kept']);
    changes.undo();
    expect(readFileSync(path.join(root, 'kept'), 'utf8')).toBe('before');
    expect(existsSync(path.join(root, 'new'))).toBe(false);
  } finally {
    rmSync(root, { recursive: true });
  }
});

import { expect, it } from 'vitest';
import { ownPath } from '../src/shop/account/own-path.js';

it.each(['/', '/checkout', '/sales/1?a=b', '/orders/x#y'])('returns to a page of the shop: %s', (path) => {
  expect(ownPath(path)).toBe(path);
});

it.each([
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  'javascript:alert(1)',
  'orders',
  '',
])('does not return to %s', (path) => expect(ownPath(path)).toBe('/'));

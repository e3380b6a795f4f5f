import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { TrustProxy } from './client-address.js';

const HOPS_MAX = 10;

/** `TRUST_PROXY`: how many proxies stand before the gateway, or their exact addresses and networks. */
export const trustProxy = z.string().transform((text, context): TrustProxy => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) return false;
  const [only = ''] = entries;
  if (entries.length === 1 && /^\d+$/.test(only)) {
    const hops = Number(only);
    if (hops <= HOPS_MAX) return hops === 0 ? false : hops;
  } else if (entries.every(isAddressOrNetwork)) return entries;
  context.addIssue({
    code: 'custom',
    message:
      'set how many proxies stand before the gateway, such as 1, or their addresses and networks, such as ' +
      '10.0.0.0/8,fd00::/8; true, * and /0 would believe X-Forwarded-For of everyone',
  });
  return z.NEVER;
});

function isAddressOrNetwork(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
  return length > 0 && length <= (isIPv6(address) ? 128 : 32);
}

import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';

/** The proxies whose `X-Forwarded-For` is trusted: none, a number of hops, or a list of addresses and networks. */
export type TrustProxy = false | number | string[];

export type IsTrusted = (address: string, hop: number) => boolean;

export function trustOf(trust: TrustProxy): IsTrusted {
  if (trust === false) return () => false;
  if (typeof trust === 'number') return (_address, hop) => hop < trust;
  return proxyAddr.compile(trust);
}

/** The client's address: the nearest one that is not a trusted proxy. An entry that is not an IP address is ignored. */
export function clientAddress(request: IncomingMessage, isTrusted: IsTrusted): string {
  const peer = request.socket.remoteAddress ?? '';
  if (request.headers['x-forwarded-for'] === undefined || !isTrusted(peer, 0)) return peer;
  const address = proxyAddr(request, isTrusted);
  return isIP(address) === 0 ? peer : address;
}

/**
 * What is counted as one client by its address: an IPv4 address, also where it is written as IPv6, or the /64 network
 * of an IPv6 address, which is the least that a provider gives to one customer.
 */
export function networkOf(address: string): string {
  const plain = address.split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return plain;
  const groups = groupsOf(plain);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an IPv6 address. URLs write an IPv4 address at its end in hexadecimal. */
function groupsOf(ipv6: string): number[] {
  const text = new URL(`http://[${ipv6}]`).hostname.slice(1, -1);
  const [head = [], tail = []] = text.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

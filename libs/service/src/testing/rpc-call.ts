import { deepStrictEqual } from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  rpcInboxPrefix,
  type Actor,
  type RpcContract,
  type Reply,
  type ServiceName,
} from '@doorbuster/contracts';
import { createInbox, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { RpcSigner, SIGNATURE_HEADER } from '../rpc/rpc-signature.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** In the format of a gateway's `RPC_SIGNING_KEY`. */
export const SIGNING_KEY = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
/** The keys of a service that trusts this gateway. */
export const VERIFICATION_KEYS = [publicKey];
export const ADMIN: Actor = { customerId: 'root', role: 'admin' };

const signer = new RpcSigner(privateKey);

/** A request in Nest's wire format. */
export const rpcPayload = ({ subject }: Pick<RpcContract, 'subject'>, data: unknown): Uint8Array =>
  Buffer.from(JSON.stringify({ pattern: subject, data, id: randomUUID() }));

/** Headers with a signature of `payload` for `subject`, by default with the test gateway's key. */
export async function signatureHeaders(subject: string, payload: Uint8Array, by = signer): Promise<MsgHdrs> {
  const signed = headers();
  signed.set(SIGNATURE_HEADER, await by.sign(subject, payload));
  return signed;
}

/** The environment of a service that runs on a test's servers. */
export const environmentOf = (
  service: ServiceName,
  servers: { databaseUrl(service: ServiceName): string; natsUrl(user: ServiceName): string },
): NodeJS.ProcessEnv => ({
  DATABASE_URL: servers.databaseUrl(service),
  NATS_URL: servers.natsUrl(service),
  RPC_VERIFICATION_KEYS: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
});

/** The deadline is optional in tests; the default is far away. */
export type TestRequest<Request> = Request extends { commitBy: number }
  ? Omit<Request, 'commitBy'> & { commitBy?: number }
  : Request;

/** Calls as the gateway does: a request that changes state has a deadline and is signed. */
export async function callRpc<Request, Response>(
  gateway: NatsConnection,
  contract: RpcContract<Request, Response>,
  request: TestRequest<Request>,
  timeoutMs: number,
): Promise<Reply<Response>> {
  // Test servers have the clock of this machine.
  const commitBy = Date.now() + 60_000;
  const payload = rpcPayload(contract, contract.changesStateFor ? { commitBy, ...request } : request);
  const signed = contract.changesStateFor && (await signatureHeaders(contract.subject, payload));
  const reply = createInbox(rpcInboxPrefix(contract.owner));
  const options = { timeout: timeoutMs, noMux: true, reply, ...(signed && { headers: signed }) };
  const answer = await gateway.request(contract.subject, payload, options);
  const { response } = answer.json<{ response: Reply<Response> }>();
  if (response.ok) expectContract(contract, response.value);
  return response;
}

/**
 * The gateway passes replies on without parsing them, so a column that a query does not select would go unnoticed.
 *
 * @throws when the value lacks a field of the contract, or has one that the contract lacks
 */
function expectContract({ subject, response }: RpcContract, value: unknown): void {
  deepStrictEqual(response.parse(value), value, `the reply to ${subject} does not match its contract`);
}

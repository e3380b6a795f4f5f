import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { rpcInboxPrefix, type Actor, type QueryContract, type Reply } from '@doorbuster/contracts';
import { createInbox, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { RpcSigner, RpcVerifier, SIGNATURE_HEADER } from './rpc/rpc-signature.js';

export { RpcSigner, RpcVerifier, SIGNATURE_HEADER };

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** As a gateway's `RPC_SIGNING_KEY` has it. */
export const SIGNING_KEY = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
/** `RPC_VERIFICATION_KEYS` of a service that trusts it. */
export const VERIFICATION_KEYS = [publicKey];
export const ADMIN: Actor = { customerId: 'root', role: 'admin' };

const signer = new RpcSigner(privateKey);

/** A request in Nest's wire format. */
export const rpcPayload = ({ subject }: Pick<QueryContract, 'subject'>, data: unknown): Uint8Array =>
  Buffer.from(JSON.stringify({ pattern: subject, data, id: randomUUID() }));

/** Headers with a signature of `payload` for `subject`, by default with the test gateway's key. */
export async function signatureHeaders(subject: string, payload: Uint8Array, by = signer): Promise<MsgHdrs> {
  const signed = headers();
  signed.set(SIGNATURE_HEADER, await by.sign(subject, payload));
  return signed;
}

/** Asks as the gateway does: what changes state is signed. */
export async function callRpc<Request, Response>(
  gateway: NatsConnection,
  contract: QueryContract<Request, Response>,
  request: Request,
  timeoutMs: number,
): Promise<Reply<Response>> {
  const payload = rpcPayload(contract, request);
  const signed = contract.changesStateFor && (await signatureHeaders(contract.subject, payload));
  const reply = createInbox(rpcInboxPrefix(contract.owner));
  const options = { timeout: timeoutMs, noMux: true, reply, ...(signed && { headers: signed }) };
  const answer = await gateway.request(contract.subject, payload, options);
  return answer.json<{ response: Reply<Response> }>().response;
}

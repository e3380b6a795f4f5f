export { migrateSchema } from '../persistence/migrate.js';
export { RpcSigner, RpcVerifier, SIGNATURE_HEADER } from '../rpc/rpc-signature.js';
export {
  ADMIN,
  callRpc,
  environmentOf,
  rpcPayload,
  signatureHeaders,
  SIGNING_KEY,
  VERIFICATION_KEYS,
  type TestRequest,
} from './rpc-call.js';
export {
  nameOf,
  sagaCommand,
  ServiceUnderTest,
  startTestServers,
  type TestServers,
  valueOf,
} from './service-under-test.js';
export { startService } from './start-service.js';

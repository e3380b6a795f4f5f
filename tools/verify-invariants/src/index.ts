export { verifyInvariants, type Breach, type Verdict, type VerifyOptions } from './verify.js';

import type {
  AuthoriseRequest,
  CaptureRequest,
  PaymentProvider,
  RefundRequest,
  VoidRequest,
} from '../../src/providers/payment-provider.js';

type Request = AuthoriseRequest | CaptureRequest | VoidRequest | RefundRequest;

/** A fault around one call: it decides whether and when the call happens, and whether we get the answer. */
export type Fault = <Outcome>(request: Request, call: () => Promise<Outcome>) => Promise<Outcome>;

/** A provider with a fault on the way to it. */
export class FaultyProvider implements PaymentProvider {
  constructor(
    private readonly provider: PaymentProvider,
    private readonly fault: Fault,
  ) {}

  authorise = (request: AuthoriseRequest, signal: AbortSignal) =>
    this.fault(request, () => this.provider.authorise(request, signal));
  capture = (request: CaptureRequest, signal: AbortSignal) =>
    this.fault(request, () => this.provider.capture(request, signal));
  void = (request: VoidRequest, signal: AbortSignal) =>
    this.fault(request, () => this.provider.void(request, signal));
  refund = (request: RefundRequest, signal: AbortSignal) =>
    this.fault(request, () => this.provider.refund(request, signal));
}

/** Blocks code until the test opens it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

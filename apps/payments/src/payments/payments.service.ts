import {
  paymentAuthorised,
  paymentCaptured,
  paymentCaptureRefused,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
} from '@doorbuster/contracts';
import { newEvent, type OutgoingEvent } from '@doorbuster/messaging';
import { pluck } from '@doorbuster/persistence';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PROVIDER_CALL_LIMITS, type ProviderCallLimits } from './provider-call-limits.js';
import {
  paymentsToCallEarly,
  type CallRules,
  type PaymentCommand,
  type PaymentDecision,
} from './domain/decide-payments.js';
import { isDue, lease, type Payment, type PaymentReply } from './domain/payment.js';
import { PaymentsRepository } from './payments.repository.js';

export interface PaymentUpdate {
  replies: OutgoingEvent[];
  /** Leased to this process, which calls the provider after the commit. */
  leased: Payment[];
}

@Injectable()
export class PaymentsService {
  constructor(
    private readonly payments: PaymentsRepository,
    @Inject(PROVIDER_CALL_LIMITS) private readonly limits: ProviderCallLimits,
  ) {}

  /** The payments whose calls can start now, before the transaction that stores these commands. */
  async findToCallEarly(commands: readonly PaymentCommand[]): Promise<Payment[]> {
    return paymentsToCallEarly(await this.payments.find(pluck(commands, 'orderId')), commands, this.limits);
  }

  /** Loads, decides and saves. It leases up to `capacity` due payments; the others wait in the database. */
  async update(
    tx: EntityManager,
    orderIds: readonly string[],
    capacity: number,
    decide: (known: ReadonlyMap<string, Payment>, rules: CallRules) => PaymentDecision,
  ): Promise<PaymentUpdate> {
    const known = await this.payments.lock(tx, orderIds);
    const { changed, replies } = decide(known, { ...this.limits, random: Math.random });
    const leased: Payment[] = [];
    const rows = changed.map((payment) => {
      if (!isDue(payment) || leased.length >= capacity) return payment;
      const taken = lease(payment, this.limits.leaseMs);
      leased.push(taken);
      return taken;
    });
    await this.payments.save(tx, known, rows);
    return { replies: replies.map(toEvent), leased };
  }
}

/** For the saga step and in the trace of the command. */
function toEvent({ orderId, replyTo, outcome }: PaymentReply): OutgoingEvent {
  const about = { subject: orderId, ...replyTo };
  switch (outcome.kind) {
    case 'authorised':
      return newEvent(paymentAuthorised, { ...about, data: { orderId } });
    case 'declined':
      return newEvent(paymentDeclined, { ...about, data: { orderId, reason: outcome.reason } });
    case 'captured':
      return newEvent(paymentCaptured, { ...about, data: { orderId } });
    case 'captureRefused':
      return newEvent(paymentCaptureRefused, { ...about, data: { orderId, reason: outcome.reason } });
    case 'voided':
      return newEvent(paymentVoided, { ...about, data: { orderId } });
    case 'refunded':
      return newEvent(paymentRefunded, { ...about, data: { orderId } });
  }
}

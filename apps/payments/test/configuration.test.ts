import { describe, expect, it } from 'vitest';
import { paymentsConfig } from '../src/payments.config.js';

describe('the payment provider', () => {
  it('must be set in production, because the only one takes no money', () => {
    const { error } = paymentsConfig.safeParse({ NODE_ENV: 'production' });
    expect(error?.issues).toMatchObject([
      {
        path: ['PAYMENT_PROVIDER'],
        message: expect.stringMatching(/must be set in production.*'simulated'/),
      },
    ]);
    expect(paymentsConfig.safeParse({ NODE_ENV: 'production', PAYMENT_PROVIDER: '' }).success).toBe(false);
    expect(paymentsConfig.safeParse({ NODE_ENV: 'production', PAYMENT_PROVIDER: 'simulated' }).success).toBe(
      true,
    );
  });

  it('defaults to the simulated one elsewhere, and must exist', () => {
    expect(paymentsConfig.safeParse({}).success).toBe(true);
    expect(paymentsConfig.safeParse({ PAYMENT_PROVIDER: 'stripe' }).success).toBe(false);
  });
});

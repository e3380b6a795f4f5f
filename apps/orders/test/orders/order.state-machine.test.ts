import { ORDER_STATUSES } from '@doorbuster/contracts';
import { describe, expect, it } from 'vitest';
import {
  changeStatus,
  IllegalStatusChangeError,
  statusWhenUndone,
} from '../../src/orders/domain/order.state-machine.js';

describe('the status of an order', () => {
  it('has three allowed changes', () => {
    const allowed = ORDER_STATUSES.flatMap((from) =>
      ORDER_STATUSES.filter((to) => {
        try {
          return changeStatus(from, to) === to;
        } catch (error) {
          expect(error).toBeInstanceOf(IllegalStatusChangeError);
          return false;
        }
      }).map((to) => `${from} -> ${to}`),
    );
    expect(allowed).toEqual(['PENDING -> CONFIRMED', 'PENDING -> REJECTED', 'CONFIRMED -> CANCELLED']);
  });

  it('after an undone checkout is REJECTED if it was PENDING, and CANCELLED if it was CONFIRMED', () => {
    expect(statusWhenUndone('PENDING')).toBe('REJECTED');
    expect(statusWhenUndone('CONFIRMED')).toBe('CANCELLED');
    expect(() => statusWhenUndone('CANCELLED')).toThrow(IllegalStatusChangeError);
  });
});

import type { Order, OrderStatusChanged, Product } from '@doorbuster/contracts';

export const ORDER_ID = '0198f000-0000-7000-8000-000000000001';

export const anOrder = (overrides: Partial<Order> = {}): Order => ({
  id: ORDER_ID,
  customerId: 'alice',
  status: 'PENDING',
  reason: null,
  cancelling: false,
  lines: [{ sku: 'TSHIRT', quantity: 1, unitPrice: { amount: 1999, currency: 'USD' } }],
  total: { amount: 1999, currency: 'USD' },
  createdAt: '2026-01-01T12:00:00.000Z',
  updatedAt: '2026-01-01T12:00:00.000Z',
  ...overrides,
});

export const aStatus = (overrides: Partial<OrderStatusChanged> = {}): OrderStatusChanged => ({
  orderId: ORDER_ID,
  customerId: 'alice',
  status: 'CONFIRMED',
  reason: null,
  at: '2026-01-01T12:00:01.000Z',
  ...overrides,
});

export const aProduct = (overrides: Partial<Product> = {}): Product => ({
  sku: 'TSHIRT',
  name: 'T-shirt',
  description: 'Heavy cotton',
  category: 'clothing',
  price: { amount: 1999, currency: 'USD' },
  images: [],
  createdAt: '2026-01-01T12:00:00.000Z',
  updatedAt: '2026-01-01T12:00:00.000Z',
  ...overrides,
});

export const PLACE_ORDER = { items: [{ sku: 'TSHIRT', quantity: 1 }], payment: { method: 'pm_card_visa' } };

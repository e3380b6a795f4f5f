import { AMOUNT_MAX, type Facets } from '@doorbuster/contracts';

/** 100, 200, 500, 1000, 2000, ...: lower bounds of price ranges that suit cheap and expensive products in any currency. */
export const PRICE_STEPS: readonly number[] = Array.from({ length: 10 }, (_, i) => 10 ** (i + 2))
  .flatMap((power) => [power, 2 * power, 5 * power])
  .filter((step) => step <= AMOUNT_MAX);

/** The products of one step: `step` is the number of {@link PRICE_STEPS} that are not above their price. */
export interface StepCount {
  currency: string;
  step: number;
  products: number;
}

export const toPriceRange = ({ currency, step, products }: StepCount): Facets['prices'][number] => ({
  currency,
  min: step === 0 ? 0 : (PRICE_STEPS[step - 1] ?? 0),
  max: (PRICE_STEPS[step] ?? AMOUNT_MAX + 1) - 1,
  products,
});

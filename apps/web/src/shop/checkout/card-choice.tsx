import type { TestMethod } from '@doorbuster/contracts';
import { TEST_CARDS } from './test-cards.js';

interface CardChoiceProps {
  chosen: TestMethod;
  choose: (method: TestMethod) => void;
  isDisabled?: boolean;
}

/** The test cards with what each comes to. */
export const CardChoice = ({ chosen, choose, isDisabled = false }: CardChoiceProps) => (
  <fieldset disabled={isDisabled} className="space-y-2">
    <legend className="mb-2 font-semibold">Pay with a test card</legend>
    {Object.entries(TEST_CARDS).map(([method, { name, outcome }]) => (
      <label
        key={method}
        className="flex min-h-11 items-start gap-3 rounded-box border border-line bg-surface px-4 py-3 has-checked:border-accent-text has-checked:bg-accent-soft"
      >
        <input
          type="radio"
          name="card"
          value={method}
          checked={method === chosen}
          onChange={() => choose(method as TestMethod)}
          className="mt-1 size-4 shrink-0"
        />
        <span>
          <span className="block font-medium">{name}</span>
          <span className="block text-sm text-quiet">{outcome}</span>
        </span>
      </label>
    ))}
  </fieldset>
);

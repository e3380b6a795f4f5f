import type { TestMethod } from '@doorbuster/contracts';

export interface TestCard {
  name: string;
  /** What an order with it comes to. */
  outcome: string;
}

/** The cards of the simulated bank, in a shopper's words. */
export const TEST_CARDS: Record<TestMethod, TestCard> = {
  pm_card_visa: { name: 'Visa test card', outcome: 'Is charged at once.' },
  pm_card_chargeDeclined: {
    name: 'Declined card',
    outcome: 'The bank says no. The order is rejected and the items go back.',
  },
  pm_card_chargeDeclinedInsufficientFunds: {
    name: 'Card without funds',
    outcome: 'The bank says no for want of money.',
  },
  pm_sim_slow: { name: 'Slow bank', outcome: 'Is charged after a few seconds: watch the order live.' },
  pm_sim_flaky: { name: 'Shaky bank', outcome: 'Fails twice, then is charged. Once only.' },
  pm_sim_capture_fails_once: {
    name: 'Late hiccup',
    outcome: 'Fails once after the order is confirmed, then is charged.',
  },
  pm_sim_timeout: { name: 'Silent bank', outcome: 'Never answers. The order is rejected after 15 seconds.' },
};

const DEFAULT_CARD: TestMethod = 'pm_card_visa';

const KEY = 'doorbuster.card';

/** The card that was chosen last in this tab. */
export function chosenCard(): TestMethod {
  const chosen = sessionStorage.getItem(KEY) ?? '';
  return chosen in TEST_CARDS ? (chosen as TestMethod) : DEFAULT_CARD;
}

export const chooseCard = (method: TestMethod): void => sessionStorage.setItem(KEY, method);

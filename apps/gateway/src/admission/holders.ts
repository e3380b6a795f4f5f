/** The customer and the network that an unsettled order is counted for. */
export interface Holder {
  customerId: string;
  /** As `networkOf` gives it. */
  network: string;
}

interface Counts {
  unsettled: number;
  slow: number;
}

const NONE: Readonly<Counts> = { unsettled: 0, slow: 0 };

/** How many orders that are not settled each customer has, and how many slow ones come from each network. */
export class Holders {
  private readonly customers = new Map<string, Counts>();
  private readonly slowByNetwork = new Map<string, number>();

  unsettledOf({ customerId }: Holder): number {
    return (this.customers.get(customerId) ?? NONE).unsettled;
  }

  slowOf({ customerId }: Holder): number {
    return (this.customers.get(customerId) ?? NONE).slow;
  }

  slowFrom({ network }: Holder): number {
    return this.slowByNetwork.get(network) ?? 0;
  }

  begin({ customerId }: Holder): void {
    const counts = this.customers.get(customerId);
    if (counts) counts.unsettled += 1;
    else this.customers.set(customerId, { unsettled: 1, slow: 0 });
  }

  /** An unsettled order has become slow. */
  slow(holder: Holder): void {
    const counts = this.customers.get(holder.customerId);
    if (counts) counts.slow += 1;
    this.slowByNetwork.set(holder.network, this.slowFrom(holder) + 1);
  }

  end(holder: Holder, wasSlow: boolean): void {
    const counts = this.customers.get(holder.customerId);
    if (counts) {
      counts.unsettled -= 1;
      if (wasSlow) counts.slow -= 1;
      if (counts.unsettled === 0) this.customers.delete(holder.customerId);
    }
    if (!wasSlow) return;
    const left = this.slowFrom(holder) - 1;
    if (left > 0) this.slowByNetwork.set(holder.network, left);
    else this.slowByNetwork.delete(holder.network);
  }
}

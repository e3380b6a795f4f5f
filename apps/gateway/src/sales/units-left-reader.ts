import { getUnitsLeft, type Sale, type SaleView, type VersionedSale } from '@doorbuster/contracts';
import { Injectable } from '@nestjs/common';
import { RpcClient } from '../rpc/rpc-client.js';

/** A page without figures now is better than one with figures later. */
const DEADLINE_MS = 1_000;

/** Puts inventory's figures beside catalog's sales. */
@Injectable()
export class UnitsLeftReader {
  constructor(private readonly rpc: RpcClient) {}

  /** Each sale with what is left of it, `null` where inventory does not say. One question for all. */
  async addTo(sales: readonly VersionedSale[]): Promise<SaleView[]> {
    const left = await this.leftOf(sales.map(({ id }) => id));
    return sales.map((sale) => ({ ...publicSale(sale), unitsLeft: left.get(sale.id) ?? null }));
  }

  private async leftOf(saleIds: string[]): Promise<Map<string, number>> {
    if (saleIds.length === 0) return new Map();
    const found = await this.rpc.call(getUnitsLeft, { saleIds }, DEADLINE_MS).catch(() => []);
    return new Map(found.map(({ saleId, unitsLeft }) => [saleId, unitsLeft]));
  }
}

/** The version is told as an ETag. */
export const publicSale = ({ version: _version, ...sale }: VersionedSale): Sale => sale;

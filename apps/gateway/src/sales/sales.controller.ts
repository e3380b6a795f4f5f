import {
  changeSale,
  changeSaleBody,
  createSale,
  createSaleBody,
  listSales,
  saleFilter,
  type Actor,
  type ChangeSaleBody,
  type CreateSaleBody,
  type Page,
  type Sale,
  type SaleFilter,
  type SaleView,
} from '@doorbuster/contracts';
import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow, Caller } from '../edge/identity.js';
import { Changes } from '../rpc/changes.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { IdempotencyKey, SALE_ID } from '../edge/request-input.js';
import { sendConditionally, versionsIn, versionTag } from '../products/conditional-requests.js';
import { SaleViews } from './sale-views.js';
import { publicSale, UnitsLeftReader } from './units-left-reader.js';

@Controller('v1/sales')
@Allow('admin')
export class SalesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly changes: Changes,
    private readonly units: UnitsLeftReader,
    private readonly views: SaleViews,
  ) {}

  @Get()
  @Allow('anyone')
  async list(@Query({ schema: saleFilter }) filter: SaleFilter): Promise<Page<SaleView>> {
    const { items, nextCursor } = await this.rpc.call(listSales, filter);
    return { items: await this.units.addTo(items), nextCursor };
  }

  @Get(':id')
  @Allow('anyone')
  async get(
    @Param('id', SALE_ID) id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return sendConditionally(request, reply, await this.views.of(id));
  }

  @Post()
  async create(
    @Caller() actor: Actor,
    @IdempotencyKey() idempotencyKey: string,
    @Body({ schema: createSaleBody }) body: CreateSaleBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Sale> {
    const sale = await this.changes.make(createSale, { actor, body, idempotencyKey });
    const headers = { location: `/v1/sales/${sale.id}`, ...versionTag(sale) };
    void reply.headers(headers);
    return publicSale(sale);
  }

  @Patch(':id')
  async change(
    @Caller() actor: Actor,
    @Param('id', SALE_ID) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: changeSaleBody }) changes: ChangeSaleBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Sale> {
    const sale = await this.changes.make(changeSale, { actor, id, ifVersions: versionsIn(ifMatch), changes });
    void reply.headers(versionTag(sale));
    return publicSale(sale);
  }
}

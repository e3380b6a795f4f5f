import { createHash } from 'node:crypto';
import {
  accept,
  PRODUCT_IMAGES_MAX,
  refuse,
  type addProductImage,
  type Reply,
  type removeProductImage,
  type RequestOf,
  type VersionedProduct,
} from '@doorbuster/contracts';
import type { ObjectStore } from '@doorbuster/object-store';
import { audited, UnitOfWork, writeAuditEntry, type Decided } from '@doorbuster/persistence';
import { activeTraceparent } from '@doorbuster/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { preconditionRefusal } from '../precondition.js';
import { ProductCache } from '../products/cache/product-cache.js';
import { toProduct } from '../products/domain/product.js';
import { productChangedEvent } from '../products/product.events.js';
import type { ProductEntity } from '../products/product.entity.js';
import { ProductsRepository } from '../products/products.repository.js';
import type { ImageRecord } from './domain/image.js';
import { ImageFilesRepository } from './image-files.repository.js';
import { ImageRenderer, type RenderedFile } from './image-renderer.js';
import { IMAGE_STORE } from './image-store.js';

type AddRequest = RequestOf<typeof addProductImage>;
type RemoveRequest = RequestOf<typeof removeProductImage>;
type Changed = Reply<VersionedProduct>;
/** Changes the images of a locked product; `undefined` when nothing changes. */
type ChangeImages = (product: ProductEntity) => ImageRecord[] | undefined | Reply<never>;

const CONTENT_TYPE = 'image/webp';

/** Each change commits in one transaction with its event and its audit entry. */
@Injectable()
export class ProductImagesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly products: ProductsRepository,
    private readonly files: ImageFilesRepository,
    private readonly renderer: ImageRenderer,
    private readonly cache: ProductCache,
    @Inject(IMAGE_STORE) private readonly store: ObjectStore,
  ) {}

  async add(request: AddRequest): Promise<Changed> {
    const { sku, sha256: id, uploadId, alt, commitBy } = request;
    const action = { ...actionOf('add-product-image', request), request: { imageId: id, alt } };
    const rendered = await this.render(request);
    if (!rendered.ok) {
      await writeAuditEntry(this.dataSource.manager, action, rendered);
      return rendered;
    }
    const files = rendered.value;
    await this.storeFiles(files);
    const add: ChangeImages = ({ images, name }) => {
      const known = images.find((image) => image.id === id);
      const text = alt ?? known?.alt ?? name;
      if (known) {
        return known.alt === text
          ? undefined
          : images.map((image) => (image === known ? { ...image, alt: text } : image));
      }
      if (images.length >= PRODUCT_IMAGES_MAX) {
        return refuse('IMAGE_LIMIT', `${sku} has ${PRODUCT_IMAGES_MAX} images. Delete one of them first.`);
      }
      return [...images, { id, alt: text, files: files.map(withoutContent) }];
    };
    const work = async (tx: EntityManager): Promise<Decided<VersionedProduct>> => {
      await this.files.deleteUpload(tx, uploadId);
      let added: ImageRecord | undefined;
      const decided = await this.changeImages(tx, request, (product) => {
        const images = add(product);
        if (Array.isArray(images) && images.length > product.images.length) added = images.at(-1);
        return images;
      });
      if (added) await this.files.markUsed(tx, hashesOf(added));
      return decided;
    };
    const reply = await this.unitOfWork.run(audited(action, work), { commitBy });
    await this.cache.invalidate([sku]);
    return reply;
  }

  async remove(request: RemoveRequest): Promise<Changed> {
    const { sku, imageId, commitBy } = request;
    const action = { ...actionOf('remove-product-image', request), request: { imageId } };
    const work = async (tx: EntityManager): Promise<Decided<VersionedProduct>> => {
      let removed: string[] = [];
      const decided = await this.changeImages(tx, request, ({ images }) => {
        const image = images.find(({ id }) => id === imageId);
        if (!image) return refuse('IMAGE_NOT_FOUND', `${sku} has no image ${imageId}.`);
        removed = hashesOf(image);
        return images.filter((each) => each !== image);
      });
      await this.files.markUnused(tx, removed);
      return decided;
    };
    const reply = await this.unitOfWork.run(audited(action, work), { commitBy });
    await this.cache.invalidate([sku]);
    return reply;
  }

  /** Refuses what would be refused anyway before it decodes the file. */
  private async render({ sku, uploadId, sha256 }: AddRequest): Promise<Reply<RenderedFile[]>> {
    const { manager } = this.dataSource;
    if (!(await this.products.find(manager, sku))) return notFound(sku);
    const upload = await this.files.upload(manager, uploadId);
    if (createHash('sha256').update(upload).digest('hex') !== sha256) {
      return refuse('INVALID_IMAGE', 'It did not arrive whole. Send it again.');
    }
    return this.renderer.render(upload);
  }

  /**
   * Before the product shows them. If this process ends before it does, the cleanup removes them. A store that may lose
   * objects gets them from the database when they are read.
   */
  private async storeFiles(files: readonly RenderedFile[]): Promise<void> {
    await this.files.reserve(this.dataSource.manager, files, !this.store.isDurable);
    if (!this.store.isDurable) return;
    await Promise.all(files.map(({ sha256, content }) => this.store.put(sha256, content, CONTENT_TYPE)));
  }

  private async changeImages(
    tx: EntityManager,
    { sku, ifVersions }: Pick<AddRequest, 'sku' | 'ifVersions'>,
    change: ChangeImages,
  ): Promise<Decided<VersionedProduct>> {
    const product = await this.products.lock(tx, sku);
    if (!product) return { result: notFound(sku), events: [] };
    const refusal = preconditionRefusal(sku, product.version, ifVersions);
    if (refusal) return { result: refusal, events: [] };
    const before = toProduct(product);
    const images = change(product);
    if (images === undefined) return { result: accept(before), events: [], audit: { before } };
    if (!Array.isArray(images)) return { result: images, events: [] };
    const changed = await this.products.save(tx, Object.assign(product, { images }));
    const events = [productChangedEvent(changed, activeTraceparent())];
    return { result: accept(toProduct(changed)), events, audit: { before } };
  }
}

const actionOf = (action: string, { actor, sku }: Pick<AddRequest, 'actor' | 'sku'>) => ({
  actor,
  action,
  target: sku,
});

const hashesOf = ({ files }: ImageRecord): string[] => files.map(({ sha256 }) => sha256);

const withoutContent = ({ sha256, width, height }: RenderedFile) => ({ sha256, width, height });

const notFound = (sku: string): Reply<never> => refuse('PRODUCT_NOT_FOUND', `There is no product ${sku}.`);

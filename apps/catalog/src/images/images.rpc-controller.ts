import {
  accept,
  addProductImage,
  getImage,
  putImagePart,
  removeProductImage,
  type Reply,
  type RequestOf,
  type ResponseOf,
  type VersionedProduct,
} from '@doorbuster/contracts';
import { UnitOfWork } from '@doorbuster/persistence';
import { Rpc } from '@doorbuster/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ImageFilesRepository } from './image-files.repository.js';
import { ImageReaderService } from './image-reader.service.js';
import { ProductImagesService } from './product-images.service.js';

@Controller()
export class ImagesRpcController {
  constructor(
    private readonly images: ProductImagesService,
    private readonly reader: ImageReaderService,
    private readonly files: ImageFilesRepository,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Has no audit entry: the log has the image that is made of the parts. */
  @Rpc(putImagePart)
  putPart(
    @Payload() { uploadId, index, content, commitBy }: RequestOf<typeof putImagePart>,
  ): Promise<Reply<object>> {
    const part = { uploadId, index, content: Buffer.from(content, 'base64') };
    return this.unitOfWork.run(
      async (tx) => {
        await this.files.savePart(tx, part);
        return { result: accept({}), events: [] };
      },
      { commitBy },
    );
  }

  @Rpc(addProductImage)
  add(@Payload() request: RequestOf<typeof addProductImage>): Promise<Reply<VersionedProduct>> {
    return this.images.add(request);
  }

  @Rpc(removeProductImage)
  remove(@Payload() request: RequestOf<typeof removeProductImage>): Promise<Reply<VersionedProduct>> {
    return this.images.remove(request);
  }

  @Rpc(getImage)
  get(@Payload() { sha256 }: RequestOf<typeof getImage>): Promise<Reply<ResponseOf<typeof getImage>>> {
    return this.reader.read(sha256);
  }
}

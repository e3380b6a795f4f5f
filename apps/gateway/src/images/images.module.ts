import { Module } from '@nestjs/common';
import { ImageReader } from './image-reader.js';
import { ImageUploader } from './image-uploader.js';
import { ImagesController } from './images.controller.js';
import { ProductImagesController } from './product-images.controller.js';

@Module({
  controllers: [ImagesController, ProductImagesController],
  providers: [ImageReader, ImageUploader],
})
export class ImagesModule {}

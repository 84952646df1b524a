import { feature } from '#service';
import { HouseItems } from './house-items.js';
import { Item } from './item.entity.js';
import { ItemFiles } from './item-files.service.js';
import { ItemsController } from './items.controller.js';
import { Items } from './items.service.js';

export const catalogue = feature({
  controllers: [ItemsController],
  providers: [Items, ItemFiles, HouseItems],
  entities: [Item],
});

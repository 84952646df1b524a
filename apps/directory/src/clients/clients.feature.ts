import { feature } from '#service';
import { ClientApproval } from '../client-approvals/client-approval.entity.js';
import { ClientKeys } from './client-keys.service.js';
import { Client, ClientSecret } from './client.entity.js';
import { ClientsController } from './clients.controller.js';
import { ClientsService } from './clients.service.js';

export const clients = feature({
  controllers: [ClientsController],
  providers: [ClientsService, ClientKeys],
  entities: [Client, ClientSecret, ClientApproval],
});

import { feature } from '#service';
import { EventTypesController } from './event-types.controller.js';
import { Messages } from './messages.service.js';
import { Outcomes } from './outcomes.service.js';
import { Sender } from './sender.service.js';
import { Targets } from '../outside/targets.js';
import { Webhook, WebhookAttempt, WebhookMessage } from './webhook.entity.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhookHandlers } from './webhooks.handlers.js';
import { Webhooks } from './webhooks.service.js';

export const webhooks = feature({
  controllers: [EventTypesController, WebhooksController],
  providers: [Webhooks, Messages, Sender, Outcomes, Targets, WebhookHandlers],
  entities: [Webhook, WebhookMessage, WebhookAttempt],
});

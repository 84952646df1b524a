import { IsIn, IsUUID } from 'class-validator';
import { Event } from '../event.js';

/** A webhook was switched off by itself: its receiver is gone, or could not be reached by any attempt. Whoever runs the app is to be told. */
@Event({ name: 'integration.webhook-disabled.v1', consumers: [] })
export class WebhookDisabledV1 {
  @IsUUID()
  webhookId: string;

  @IsIn(['gone', 'failing'])
  reason: 'gone' | 'failing';

  constructor(webhookId: string, reason: 'gone' | 'failing') {
    this.webhookId = webhookId;
    this.reason = reason;
  }
}

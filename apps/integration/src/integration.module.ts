import { service } from '#service';
import { Webhooks1764815000000 } from './migrations/1764815000000-webhooks.js';
import { oneroster } from './oneroster/oneroster.feature.js';
import { webhooks } from './webhooks/webhooks.feature.js';

export const integration = service('integration', {
  features: [oneroster, webhooks],
  migrations: [Webhooks1764815000000],
});

import { service } from '#service';
import { connectors } from './connectors/connectors.feature.js';
import { Connectors1764840000000 } from './migrations/1764840000000-connectors.js';
import { Webhooks1764815000000 } from './migrations/1764815000000-webhooks.js';
import { webhooks } from './webhooks/webhooks.feature.js';

export const integration = service('integration', {
  features: [connectors, webhooks],
  migrations: [Webhooks1764815000000, Connectors1764840000000],
});

import { service } from '#service';
import { connectors } from './connectors/connectors.feature.js';
import { Connectors1764840000000 } from './migrations/1764840000000-connectors.js';
import { Gradebook1764871000000 } from './migrations/1764871000000-gradebook.js';
import { ConnectorRestarts1764888000000 } from './migrations/1764888000000-connector-restarts.js';
import { WebhookKeys1764870100000 } from './migrations/1764870100000-webhook-keys.js';
import { Feeds1764866000000 } from './migrations/1764866000000-feeds.js';
import { Webhooks1764815000000 } from './migrations/1764815000000-webhooks.js';
import { Notifications1764841000000 } from './migrations/1764841000000-notifications.js';
import { notifications } from './notifications/notifications.feature.js';
import { oneroster } from './oneroster/oneroster.feature.js';
import { OWN_DATA } from './own-data.js';
import { scim } from './scim/scim.feature.js';
import { webhooks } from './webhooks/webhooks.feature.js';

export const integration = service('integration', {
  features: [connectors, notifications, oneroster, scim, webhooks],
  migrations: [
    Webhooks1764815000000,
    Connectors1764840000000,
    Notifications1764841000000,
    Feeds1764866000000,
    WebhookKeys1764870100000,
    Gradebook1764871000000,
    ConnectorRestarts1764888000000,
  ],
  ownData: OWN_DATA,
});

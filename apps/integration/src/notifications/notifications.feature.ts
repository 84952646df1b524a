import { feature } from '#service';
import { Channel, ChannelIdentity, EmailCode } from './channels/channel.entity.js';
import { ChannelsController } from './channels/channels.controller.js';
import { Channels } from './channels/channels.service.js';
import { Dingtalk } from './channels/dingtalk.js';
import { Email } from './channels/email.js';
import { Identities } from './channels/identities.service.js';
import { IdentitySheetsController } from './channels/identity-sheets.controller.js';
import { IdentitySheets } from './channels/identity-sheets.service.js';
import { Wecom } from './channels/wecom.js';
import { DeliveriesController } from './deliveries.controller.js';
import { MessageDeliveries } from './deliveries.service.js';
import { DeliveryClaims } from './delivery-claims.service.js';
import { DeliveryResults } from './delivery-results.service.js';
import { DeliverySender } from './delivery-sender.service.js';
import { InboxController } from './inbox.controller.js';
import { Inbox } from './inbox.service.js';
import { ChannelUse, Message, MessageAttempt, MessageDelivery } from './message.entity.js';
import { NotificationHandlers } from './notifications.handlers.js';
import { NextChannel } from './next-channel.service.js';
import { Notifier } from './notifier.service.js';
import { Planner } from './planner.service.js';
import { NotificationPreference } from './preference.entity.js';
import { PreferencesController } from './preferences.controller.js';
import { Preferences } from './preferences.service.js';
import { MessageTemplate } from './templates/template.entity.js';
import { TemplatesController } from './templates/templates.controller.js';
import { Templates } from './templates/templates.service.js';
import { UnreachedController } from './unreached/unreached.controller.js';
import { Unreachable, Unreached } from './unreached/unreached.entity.js';
import { UnreachedMessages } from './unreached/unreached.service.js';

export const notifications = feature({
  controllers: [
    ...[InboxController, PreferencesController, ChannelsController, IdentitySheetsController],
    ...[UnreachedController, TemplatesController, DeliveriesController],
  ],
  providers: [
    ...[Notifier, Planner, DeliverySender, DeliveryClaims, DeliveryResults, NextChannel, NotificationHandlers],
    ...[Channels, Identities, IdentitySheets, Email, Wecom, Dingtalk, Inbox, Preferences],
    ...[UnreachedMessages, Templates, MessageDeliveries],
  ],
  entities: [
    ...[Message, MessageDelivery, MessageAttempt, ChannelUse, Channel, ChannelIdentity, EmailCode],
    ...[NotificationPreference, MessageTemplate, Unreached, Unreachable],
  ],
});

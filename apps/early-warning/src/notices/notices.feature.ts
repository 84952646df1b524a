import { feature } from '#service';
import { NoticesController } from './notices.controller.js';
import { NoticeHandlers } from './notices.handlers.js';
import { Notices } from './notices.service.js';

export const notices = feature({ controllers: [NoticesController], providers: [Notices, NoticeHandlers] });

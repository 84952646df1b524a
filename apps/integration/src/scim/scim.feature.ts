import { feature } from '#service';
import { DirectoryStaff } from './directory-staff.client.js';
import { ScimController } from './scim.controller.js';
import { Scim } from './scim.service.js';

export const scim = feature({ controllers: [ScimController], providers: [Scim, DirectoryStaff] });

import { feature } from '#service';
import { Referral } from './referral.entity.js';
import { ReferralsController } from './referrals.controller.js';
import { Referrals } from './referrals.service.js';

export const referrals = feature({ controllers: [ReferralsController], providers: [Referrals], entities: [Referral] });

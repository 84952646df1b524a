import { feature } from '#service';
import { ReferralDeadlines } from './referral-deadlines.js';
import { Referral } from './referral.entity.js';
import { ReferralsController } from './referrals.controller.js';
import { Referrals } from './referrals.service.js';

export const referrals = feature({
  controllers: [ReferralsController],
  providers: [Referrals, ReferralDeadlines],
  entities: [Referral],
});

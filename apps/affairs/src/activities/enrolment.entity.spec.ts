import { Activity } from './activity.entity.js';
import { Enrolment } from './enrolment.entity.js';

const at = (time: string): Date => new Date(`2027-03-03T${time}:00+08:00`);

describe('an enrolment', () => {
  it('that is asked for again begins anew: who was there by the one before is not there by this one', () => {
    const activity = Object.assign(new Activity(), {
      startsAt: at('19:00'),
      endsAt: at('21:00'),
      hours: 2,
      credits: 1,
    });
    const enrolment = Enrolment.ask(activity.id, 'somebody');
    enrolment.take('enrolled', at('08:00'));
    enrolment.record({ present: true, evidence: 'roll', hours: 1.5 }, activity, at('18:50'));
    enrolment.end('cancelled');
    enrolment.take('enrolled', at('19:10'));
    enrolment.confirm(activity, at('22:00'));
    expect(enrolment).toMatchObject({ status: 'absent', evidence: null, signedInAt: null, hours: 0, credits: 0 });
  });
});

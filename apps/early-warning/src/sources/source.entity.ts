import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A system that delivers observations: what it supplies, and how often something is to be expected of it. */
@Entity({ name: 'source', schema: 'early_warning' })
export class Source extends BaseEntity {
  /** The `source` of its batches; of the house's own services `event:<name>`. */
  @Column({ type: 'text', unique: true })
  code: string;

  @Column('text')
  zh: string;

  @Column('text')
  en: string;

  /** Codes of the metrics it supplies. */
  @Column('text', { array: true })
  metrics: string[];

  /** Hours between two deliveries; twice as long without a sign of life and it is dead. */
  @Column('int')
  rhythmHours = 24;

  /** Share of the usual number of students below which a day is degraded; 0 = never. */
  @Column('double precision')
  minPresence = 0.5;

  @Column('boolean')
  active = true;
}

import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { BaseEntity, forget, insert, onceIn, query, sql, type Tx } from '#database';
import { type Bilingual, type ServiceName } from '#contracts';
import { Column, Entity } from 'typeorm';

export interface PolicyOptions {
  /** `<service>.<what>`, stable: versions are stored under it. */
  key: `${ServiceName}.${string}`;
  title: Bilingual;
}

export type PolicyClass<T extends object = object> = new () => T;

const declared = new Map<string, { policyClass: PolicyClass; options: PolicyOptions }>();
const optionsOf = new Map<PolicyClass, PolicyOptions>();

/**
 * Declares a school's own rules: a class whose fields carry validation and, as initial values, the national default.
 * A school stores dated versions of it; decisions keep the version they were made under.
 */
export function Policy(options: PolicyOptions) {
  return (policyClass: PolicyClass): void => {
    if (declared.has(options.key)) throw new Error(`Policy ${options.key} is declared twice`);
    declared.set(options.key, { policyClass, options });
    optionsOf.set(policyClass, options);
  };
}

/** The class and title behind a policy's key. */
export function policyOf(key: string): { policyClass: PolicyClass; options: PolicyOptions } | undefined {
  return declared.get(key);
}

export function policiesOf(service: ServiceName): { policyClass: PolicyClass; options: PolicyOptions }[] {
  return [...declared.values()].filter(({ options }) => options.key.startsWith(`${service}.`));
}

/** One dated version of a policy. `number` counts from 1; 0 is the default that ships with the house. */
@Entity({ name: 'policy_version', schema: 'platform' })
export class PolicyVersion extends BaseEntity {
  @Column('text')
  key: string;

  @Column('int')
  number: number;

  /** First day it is in force, YYYY-MM-DD. */
  @Column('date')
  effectiveFrom: string;

  @Column('jsonb')
  value: object;

  /** Where the numbers come from: the school's document. */
  @Column('text')
  source: string;

  @Column('text')
  createdBy: string;
}

export interface PolicyAt<T> {
  value: T;
  /** 0 = the shipped default. */
  number: number;
  effectiveFrom: string | null;
}

/** Reads and stores the school's policies. */
@Injectable()
export class Policies {
  /** What was in force on a date. */
  async at<T extends object>(tx: Tx, policyClass: PolicyClass<T>, date: string): Promise<PolicyAt<T>> {
    const { key } = this.options(policyClass);
    return onceIn(tx, `policy ${key} ${date}`, async () => (await this.onEach(tx, policyClass, [date]))[0]!);
  }

  /** What was in force on each of some dates, in their order. */
  async onEach<T extends object>(
    tx: Tx,
    policyClass: PolicyClass<T>,
    dates: readonly string[],
  ): Promise<PolicyAt<T>[]> {
    const { key } = this.options(policyClass);
    const rows = await query<{ value: object | null; number: number; effectiveFrom: string }>(
      tx,
      sql`SELECT p.value, p.number, p.effective_from::text AS "effectiveFrom"
            FROM unnest(${dates}::date[]) WITH ORDINALITY AS d(date, i)
            LEFT JOIN LATERAL (SELECT value, number, effective_from FROM platform.policy_version
                                WHERE key = ${key} AND effective_from <= d.date ORDER BY effective_from DESC, number DESC LIMIT 1) p ON TRUE
           ORDER BY d.i`,
    );
    return rows.map(({ value, number, effectiveFrom }) =>
      value === null
        ? { value: new policyClass(), number: 0, effectiveFrom: null }
        : { value: plainToInstance(policyClass, value), number, effectiveFrom },
    );
  }

  /** A version by its number, as a decision keeps it; 0 = the shipped default. */
  async numbered<T extends object>(tx: Tx, policyClass: PolicyClass<T>, number: number): Promise<PolicyAt<T>> {
    const { key } = this.options(policyClass);
    const [row] = await query<{ value: object; effectiveFrom: string }>(
      tx,
      sql`SELECT value, effective_from::text AS "effectiveFrom" FROM platform.policy_version WHERE key = ${key} AND number = ${number}`,
    );
    return row
      ? { value: plainToInstance(policyClass, row.value), number, effectiveFrom: row.effectiveFrom }
      : { value: new policyClass(), number: 0, effectiveFrom: null };
  }

  /** Stores a further version; `value` must have been validated. Earlier versions stay. */
  async put(
    tx: Tx,
    policyClass: PolicyClass,
    values: { effectiveFrom: string; value: object; source: string; by: string },
  ): Promise<PolicyVersion> {
    const { key } = this.options(policyClass);
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext(${`policy ${key}`}))`);
    const [last] = await query<{ number: number }>(
      tx,
      sql`SELECT max(number) AS number FROM platform.policy_version WHERE key = ${key}`,
    );
    const version = new PolicyVersion();
    Object.assign(version, {
      key,
      number: (last?.number ?? 0) + 1,
      effectiveFrom: values.effectiveFrom,
      value: values.value,
      source: values.source,
      createdBy: values.by,
    });
    forget(tx);
    return insert(tx, version);
  }

  /** All versions of a policy, newest first. */
  async versions(tx: Tx, key: string): Promise<PolicyVersion[]> {
    return tx.find(PolicyVersion, { where: { key }, order: { effectiveFrom: 'DESC', number: 'DESC' } });
  }

  private options(policyClass: PolicyClass): PolicyOptions {
    const options = optionsOf.get(policyClass);
    if (!options) throw new Error(`${policyClass.name} is not a policy: declare it with @Policy`);
    return options;
  }
}

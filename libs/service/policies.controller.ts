import { Body, Controller, Get, Param, Post, type Type } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { type Actor, audit, CurrentActor, Require, requireSchool } from '#auth';
import type { ServiceName } from '#contracts';
import { Database, type Tx } from '#database';
import { DateOnly, Instant, Int, Json, ListOf, Text, validateValue } from '#fields';
import { Created, Summary, Returns } from '#http';
import { Policies, policiesOf, policyOf, type PolicyVersion } from '#policy';
import { type FieldError, Invalid, NotFound } from '#problems';
import { CampusClock } from '#time';
import { named } from './jobs.controller.js';

/** A policy may have a method that finds what the rules of its fields cannot say today; its pointers start at the policy. */
interface Checked {
  findings?(tx: Tx, date: string): FieldError[] | Promise<FieldError[]>;
}

class NewPolicyVersionDto {
  @DateOnly({ zh: '生效日期', en: 'In force from', example: '2026-12-01' })
  effectiveFrom: string;

  @Json({ zh: '内容', en: 'The policy; see GET for its fields', example: {} })
  value: object;

  @Text({ zh: '依据文件', en: "The school's document it comes from", example: '学生请假管理办法（2026）' })
  source: string;
}

class PolicyVersionDto {
  @Int({
    zh: '版本号；0 为出厂默认',
    en: 'Number of the version; 0 = the shipped default',
    min: 0,
    max: 1_000_000,
    example: 1,
  })
  number: number;

  @DateOnly({ zh: '生效日期', en: 'In force from', nullable: true, example: '2026-12-01' })
  effectiveFrom: string | null;

  @Json({ zh: '内容', en: 'The policy', example: {} })
  value: object;

  @Text({ zh: '依据文件', en: 'Source', example: '学生请假管理办法（2026）' })
  source: string;

  @Instant({ zh: '录入时间', en: 'Stored at', nullable: true, example: '2026-11-21T08:00:00.000Z' })
  createdAt: Date | null;

  static from(version: PolicyVersion): PolicyVersionDto {
    const { number, effectiveFrom, value, source, createdAt } = version;
    return Object.assign(new PolicyVersionDto(), { number, effectiveFrom, value, source, createdAt });
  }
}

class PolicyDto {
  @Text({ zh: '政策', en: 'Key', example: 'affairs.leave' })
  key: string;

  @Text({ zh: '中文名称', en: 'Chinese title', example: '请假' })
  zh: string;

  @Text({ zh: '英文名称', en: 'English title', example: 'Leave' })
  en: string;

  @Json({ zh: '今日有效内容', en: 'In force today', example: {} })
  current: object;

  @ListOf(() => PolicyVersionDto, { zh: '各版本，新的在前', en: 'Versions, newest first', maxItems: 1000, example: [] })
  versions: PolicyVersionDto[];
}

/** `/<service>/v1/policies`: the school's own rules, as dated versions. */
export function policiesControllerOf(service: ServiceName): Type {
  const Key = ApiParam({
    name: 'key',
    description: '政策 / Key of the policy',
    schema: { type: 'string', maxLength: 100, pattern: '^[a-z0-9.-]+$' },
    example: `${service}.example`,
  });

  @ApiTags('policies')
  @Controller(`${service}/v1/policies`)
  class PoliciesController {
    constructor(
      private readonly database: Database,
      private readonly clock: CampusClock,
      private readonly policies: Policies,
    ) {}

    @Get()
    @Require('platform:policy:read')
    @Returns([PolicyDto])
    @Summary('列出本服务的政策', 'List the policies of this service')
    async listPolicies(): Promise<PolicyDto[]> {
      return Promise.all(policiesOf(service).map(({ options }) => this.describe(options.key)));
    }

    @Get(':key')
    @Key
    @Require('platform:policy:read')
    @Returns(PolicyDto)
    @Summary('查看一项政策及其各版本', 'See a policy and its versions')
    async getPolicy(@Param('key') key: string): Promise<PolicyDto> {
      return this.describe(key);
    }

    @Post(':key/versions')
    @Key
    @Created()
    @Require('platform:policy:write')
    @Returns(PolicyVersionDto)
    @Summary('发布政策的新版本', 'Store a further version of a policy')
    async createPolicyVersion(
      @CurrentActor() actor: Actor,
      @Param('key') key: string,
      @Body() body: NewPolicyVersionDto,
    ): Promise<PolicyVersionDto> {
      const { policyClass } = this.find(key);
      // A policy holds for the whole school.
      requireSchool(actor, 'platform:policy:write');
      const value = plainToInstance(policyClass, body.value);
      validateValue(value, '#/value');
      return this.database.transaction(actor, async (tx) => {
        const errors = (await (value as Checked).findings?.(tx, this.clock.today())) ?? [];
        if (errors.length > 0) {
          throw new Invalid({
            errors: errors.map((error) => ({ ...error, pointer: error.pointer.replace('#', '#/value') })),
          });
        }
        const by = actor.personId ?? actor.app;
        const version = await this.policies.put(tx, policyClass, {
          effectiveFrom: body.effectiveFrom,
          value,
          source: body.source,
          by,
        });
        await audit(tx, actor, { action: 'platform.policy.put', subject: { kind: 'policy', id: key } });
        return PolicyVersionDto.from(version);
      });
    }

    private find(key: string): NonNullable<ReturnType<typeof policyOf>> {
      const found = policyOf(key);
      if (!found || !key.startsWith(`${service}.`)) throw new NotFound({ what: 'policy' });
      return found;
    }

    private async describe(key: string): Promise<PolicyDto> {
      const { policyClass, options } = this.find(key);
      const { value } = await this.policies.at(this.database.connection, policyClass, this.clock.today());
      const versions = await this.policies.versions(this.database.connection, key);
      return Object.assign(new PolicyDto(), {
        key,
        ...options.title,
        current: value,
        versions: versions.map((v) => PolicyVersionDto.from(v)),
      });
    }
  }
  return named(PoliciesController, service, 'Policies');
}

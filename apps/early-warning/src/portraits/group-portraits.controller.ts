import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { Aggregates } from '../disclosure/egress.js';
import {
  GroupPortraitDto,
  GroupPortraitsQuery,
  PortraitSnapshotDto,
  PortraitSnapshotsQuery,
  PortraitWithdrawalDto,
} from './group-portraits.dto.js';
import { GroupPortraits } from './group-portraits.service.js';

/** Group portraits (云画像). */
@ApiTags('portraits')
@Controller('early-warning/v1/portraits')
export class GroupPortraitsController {
  constructor(private readonly portraits: GroupPortraits) {}

  @Get('groups')
  @Require('early-warning:group-portrait:read')
  @Aggregates('published')
  @ApiPage(GroupPortraitDto)
  @Summary(
    '群体画像：每周公布一次，所有人看到的相同；太小或太一致的组不公布',
    'Portraits of groups: published once a week, the same for whoever asks; groups too small or too much alike are withheld',
  )
  listGroupPortraits(
    @CurrentActor() actor: Actor,
    @Query() query: GroupPortraitsQuery,
  ): Promise<Page<GroupPortraitDto>> {
    return this.portraits.list(actor, query);
  }

  @Get('snapshots')
  @Require('early-warning:group-portrait:read')
  @ApiPage(PortraitSnapshotDto)
  @Summary('列出已公布的各周', 'List the weeks that were published')
  listPortraitSnapshots(@Query() query: PortraitSnapshotsQuery): Promise<Page<PortraitSnapshotDto>> {
    return this.portraits.snapshots(query);
  }

  @Post('snapshots/:id/withdraw')
  @HttpCode(200)
  @Require('early-warning:group-portrait:withdraw')
  @Returns(PortraitSnapshotDto)
  @Summary('撤回某周的群体画像，不再公布', 'Withdraw the group portraits of a week for good')
  withdrawPortraitSnapshot(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { reason }: PortraitWithdrawalDto,
  ): Promise<PortraitSnapshotDto> {
    return this.portraits.withdraw(actor, id, version, reason);
  }
}

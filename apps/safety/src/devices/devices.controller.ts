import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, type Page, Summary, Returns } from '#http';
import {
  ApproveDeviceDto,
  DeviceDto,
  DevicesQuery,
  OutageDto,
  OutagesQuery,
  RegisterOutageDto,
} from './devices.dto.js';
import { Devices } from './devices.service.js';

@ApiTags('devices')
@Controller('safety/v1/devices')
export class DevicesController {
  constructor(private readonly devices: Devices) {}

  @Get()
  @Require('safety:device:read')
  @ApiPage(DeviceDto)
  @Summary(
    '列出所负责楼栋、所负责学生居住楼栋的门禁设备',
    'List devices of buildings one answers for, or whose students one answers for',
  )
  listDevices(@CurrentActor() actor: Actor, @Query() query: DevicesQuery): Promise<Page<DeviceDto>> {
    return this.devices.list(actor, query);
  }

  @Get(':id')
  @Require('safety:device:read')
  @Returns(DeviceDto)
  @Summary(
    '查看所负责楼栋、所负责学生居住楼栋的门禁设备',
    'Get a device of a building one answers for, or whose students one answers for',
  )
  getDevice(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<DeviceDto> {
    return this.devices.get(actor, id);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Require('safety:device:write')
  @Returns(DeviceDto)
  @Summary(
    '审批门禁设备（限全校），暂存的通行随即生效',
    'Approve a device (who answers for the school); the passes held so far begin to count',
  )
  approveDevice(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: ApproveDeviceDto,
  ): Promise<DeviceDto> {
    return this.devices.approve(actor, id, body);
  }

  @Post(':id/retire')
  @HttpCode(200)
  @Require('safety:device:write')
  @Returns(DeviceDto)
  @Summary('停用所负责楼栋的门禁设备', 'Retire a device of a building one answers for')
  retireDevice(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<DeviceDto> {
    return this.devices.retire(actor, id);
  }

  @Get(':id/outages')
  @Require('safety:device:read')
  @ApiPage(OutageDto)
  @Summary('列出故障登记，新的在前', 'List outages, newest first')
  listOutages(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: OutagesQuery,
  ): Promise<Page<OutageDto>> {
    return this.devices.listOutages(actor, id, query);
  }

  @Post(':id/outages')
  @Created()
  @Require('safety:device:write')
  @Returns(OutageDto)
  @Summary(
    '登记所负责楼栋的门禁故障时段，相关夜晚重新核查',
    'Register an outage at a building one answers for; the nights in it are checked again',
  )
  registerOutage(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: RegisterOutageDto,
  ): Promise<OutageDto> {
    return this.devices.registerOutage(actor, id, body);
  }

  @Post(':id/outages/:outageId/revoke')
  @HttpCode(200)
  @Require('safety:device:write')
  @Returns(OutageDto)
  @Summary('撤销故障登记', 'Revoke an outage')
  revokeOutage(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('outageId') outageId: string,
  ): Promise<OutageDto> {
    return this.devices.revokeOutage(actor, id, outageId);
  }
}

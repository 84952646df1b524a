import { Body, Controller, Delete, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { IdParam, IfMatch, Returns, Summary } from '#http';
import { DeviceAccessDto, DeviceKeyDto } from './device-access.dto.js';
import { DeviceAccess } from './device-access.service.js';
import { DeviceDto } from './devices.dto.js';

/** How devices are asked, and by which keys they are known. */
@ApiTags('devices')
@Controller('safety/v1/devices/:id')
@Require('safety:device:write')
export class DeviceAccessController {
  constructor(private readonly access: DeviceAccess) {}

  @Put('access')
  @Returns(DeviceDto)
  @Summary(
    '设定如何访问所负责楼栋的设备，以补取缺少的记录（海康）',
    'Say how a device of a building one answers for is asked for what it did not send (Hikvision)',
  )
  setAccess(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DeviceAccessDto,
  ): Promise<DeviceDto> {
    return this.access.setAccess(actor, id, version, body);
  }

  @Delete('access')
  @Returns(DeviceDto)
  @Summary('不再访问该设备，密码随即删除', 'Ask the device no more; its password is deleted')
  removeAccess(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<DeviceDto> {
    return this.access.removeAccess(actor, id, version);
  }

  @Put('key')
  @Returns(DeviceDto)
  @Summary(
    '设定或更换所负责楼栋的设备的密钥，此后不带密钥的连接一律拒绝',
    'Set or change the key of a device of a building one answers for; without it the device is refused',
  )
  setKey(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DeviceKeyDto,
  ): Promise<DeviceDto> {
    return this.access.setKey(actor, id, version, body.key);
  }

  @Delete('key')
  @Returns(DeviceDto)
  @Summary('取消设备的密钥', 'Take the key of a device off')
  removeKey(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<DeviceDto> {
    return this.access.removeKey(actor, id, version);
  }
}

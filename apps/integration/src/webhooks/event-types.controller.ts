import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Require } from '#auth';
import { ApiPage, type Page, Summary } from '#http';
import { EventTypeDto } from './webhooks.dto.js';

@ApiTags('webhooks')
@Controller('integration/v1/event-types')
export class EventTypesController {
  @Get()
  @Require('integration:webhook:manage')
  @ApiPage(EventTypeDto)
  @Summary('列出应用可接收的事件', 'List the events that apps may be told of')
  listEventTypes(): Page<EventTypeDto> {
    return { data: EventTypeDto.all(), nextCursor: null };
  }
}

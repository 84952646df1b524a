import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, type Page, Summary } from '#http';
import { TaskDto, TasksQuery } from './tasks.dto.js';
import { Tasks } from './tasks.service.js';

@ApiTags('tasks')
@Controller('affairs/v1/tasks')
export class TasksController {
  constructor(private readonly tasks: Tasks) {}

  @Get()
  @Require('affairs:leave:read')
  @ApiPage(TaskDto)
  @Summary('列出待我办理的事项', 'List what waits for me')
  listTasks(@CurrentActor() actor: Actor, @Query() query: TasksQuery): Promise<Page<TaskDto>> {
    return this.tasks.list(actor, query);
  }
}

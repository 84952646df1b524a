import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, type Page, Returns, Summary } from '#http';
import { ANYTHING } from './task-rights.js';
import { TaskCountDto, TaskDto, TasksQuery } from './tasks.dto.js';
import { Tasks } from './tasks.service.js';

@ApiTags('tasks')
@Controller('affairs/v1/tasks')
export class TasksController {
  constructor(private readonly tasks: Tasks) {}

  @Get()
  @Require(...ANYTHING)
  @ApiPage(TaskDto)
  @Summary('列出待我办理的事项', 'List what waits for me')
  listTasks(@CurrentActor() actor: Actor, @Query() query: TasksQuery): Promise<Page<TaskDto>> {
    return this.tasks.list(actor, query);
  }

  @Get('counts')
  @Require(...ANYTHING)
  @Returns([TaskCountDto])
  @Summary('按种类统计待我办理的事项', 'Count what waits for me, by kind')
  countTasks(@CurrentActor() actor: Actor): Promise<TaskCountDto[]> {
    return this.tasks.counts(actor);
  }
}

export { listOf } from './fields.ts';
export { Environment, Inventory } from './inventory.ts';
export { Event, Schedule } from './schedule.ts';
export { Info, mayRunTasks, Project, Role, User } from './server.ts';
export { isFinished, newestFirst, OutputLine, Task } from './task.ts';
export { Template, type SurveyVar } from './template.ts';

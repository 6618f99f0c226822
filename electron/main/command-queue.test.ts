import { describe, expect, it } from 'vitest';
import type { EventPayload } from '../../shared/contract/events.ts';
import { CommandQueue } from './command-queue.ts';

function heardBy(queue: CommandQueue): EventPayload<'app.command'>[] {
  const heard: EventPayload<'app.command'>[] = [];
  queue.connect((command) => heard.push(command));
  return heard;
}

describe('a command of the menu bar', () => {
  it('that is chosen before there is a window reaches its page, once it listens', () => {
    const queue = new CommandQueue();
    queue.send('settings');
    const heard = heardBy(queue);
    queue.send('palette');
    const early = [...heard];
    queue.listening();
    queue.send('push');

    expect({ early, heard }).toEqual({ early: [], heard: ['settings', 'palette', 'push'] });
  });

  it('waits while the page is loaded anew, and is carried out once', () => {
    const queue = new CommandQueue();
    const heard = heardBy(queue);
    queue.listening();
    queue.send('savings');
    queue.loading();
    queue.send('settings');
    const meanwhile = [...heard];
    queue.listening();
    queue.listening();

    expect({ meanwhile, heard }).toEqual({ meanwhile: ['savings'], heard: ['savings', 'settings'] });
  });

  it('goes to the next window when there is none', () => {
    const queue = new CommandQueue();
    const first = heardBy(queue);
    queue.listening();
    queue.disconnect();
    queue.send('settings');
    const second = heardBy(queue);
    queue.listening();

    expect({ first, second }).toEqual({ first: [], second: ['settings'] });
  });

  it('is forgotten when eight others wait before it', () => {
    const queue = new CommandQueue();
    for (let at = 0; at < 8; at += 1) queue.send('push');
    queue.send('settings');
    const heard = heardBy(queue);
    queue.listening();

    expect(heard).toEqual(Array.from({ length: 8 }, () => 'push'));
  });
});

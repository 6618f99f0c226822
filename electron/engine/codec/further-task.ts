/** A worker that works for less of the time waits for the network. */
const BUSY_SHARE = 0.85;
/** One that works for less of it stands still: it waits for a slow network, a limit, or a pause. */
const STILL_SHARE = 0.3;
/**
 * One that works for less of it has room for another task. The next chunk's first bytes wait a moment for their request, which is
 * no room: in a push of many small chunks workers took further tasks for it, whose encoders were the most of what memory grew by.
 */
const ROOM_SHARE = 0.6;
/** So many processors have to be idle for a further task to make anything faster. */
const IDLE_PROCESSORS = 0.4;

/** Whether a worker was seen to wait for the network. @param busy share of the time in which it worked, 0 to 1 */
export function waitsForNetwork(busy: number): boolean {
  return busy < BUSY_SHARE;
}

/**
 * Whether a worker takes a further task beside those that it has. Where a registry on the same machine takes what the workers
 * leave of the processors, a further task makes nothing faster, and is bound to one worker while another may soon be free: that
 * was seen to leave a worker without work for the last second of seven. A worker that stands still takes one even so: who
 * waits behind it would wait as long.
 *
 * @param busy share of the time in which it worked, 0 to 1
 * @param idleProcessors how many of the machine's processors nobody used meanwhile
 */
export function takesFurtherTask(busy: number, idleProcessors: number): boolean {
  return busy < STILL_SHARE || (busy < ROOM_SHARE && idleProcessors >= IDLE_PROCESSORS);
}

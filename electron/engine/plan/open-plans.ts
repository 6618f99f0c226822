import type { PushSource } from './push-source.ts';

/** Plans whose sheets may be open although they are complete: more than a window shows. The oldest is closed for another. */
const MOST_COMPLETE = 4;

interface OpenPlan {
  readonly source: PushSource;
  readonly handedOver: AbortController;
  complete: boolean;
}

/**
 * The sources of plans, and who has them: the plan while it is being made; a complete plan that reads a snapshot, until its
 * sheet closes, so that exactly what was shown can be pushed; then the job that the person started from it. A complete plan
 * of a locked VM lets the VM go: its chunks are remembered, and are looked at again by whoever pushes.
 */
export class OpenPlans {
  readonly #plans = new Map<string, OpenPlan>();
  readonly #ofJobs = new Map<string, PushSource>();

  /** A plan begins. Answers the signal that ends its making when a job takes its source. */
  async open(planId: string, source: PushSource): Promise<AbortSignal> {
    // Made again under its name.
    await this.close(planId);
    const plan: OpenPlan = { source, handedOver: new AbortController(), complete: false };
    this.#plans.set(planId, plan);
    return plan.handedOver.signal;
  }

  /** The making of a plan ended: with a plan that is shown, or without. What nobody will need is closed. */
  async made(planId: string, complete: boolean): Promise<void> {
    const plan = this.#plans.get(planId);
    if (plan === undefined) return;
    plan.complete = true;
    if (!complete || plan.source.protection !== 'snapshot') {
      await this.close(planId);
      return;
    }
    const shown = [...this.#plans].filter(([, other]) => other.complete);
    for (const [oldest] of shown.slice(0, -MOST_COMPLETE)) await this.close(oldest);
  }

  /** The sheet of a plan closed. */
  async close(planId: string): Promise<void> {
    const plan = this.#plans.get(planId);
    this.#plans.delete(planId);
    await plan?.source.close();
  }

  /** The name of the VM of a plan; null where the plan is not open, or is another VM's. */
  nameOf(planId: string, vmId: string): string | null {
    const source = this.#plans.get(planId)?.source;
    return source?.vmId === vmId ? source.vmName : null;
  }

  /** A job takes what a plan of the same VM reads; the plan's making ends, and what it is reading is read on. */
  handOver(planId: string, vmId: string, jobId: string): void {
    const plan = this.#plans.get(planId);
    if (plan === undefined || plan.source.vmId !== vmId || plan.source.lost.aborted) return;
    this.#plans.delete(planId);
    this.#ofJobs.set(jobId, plan.source);
    plan.handedOver.abort();
  }

  /** What was handed over to a job, once: it is the job's to close. */
  takeOfJob(jobId: string): PushSource | null {
    const source = this.#ofJobs.get(jobId) ?? null;
    this.#ofJobs.delete(jobId);
    return source;
  }

  /** A job ended; what it never took is closed. */
  async jobEnded(jobId: string): Promise<void> {
    await this.takeOfJob(jobId)?.close();
  }

  /** Closes everything. */
  async closeAll(): Promise<void> {
    await Promise.all([
      ...[...this.#plans.keys()].map((planId) => this.close(planId)),
      ...[...this.#ofJobs.keys()].map((jobId) => this.jobEnded(jobId)),
    ]);
  }
}

import { useState } from 'react';

/** The transfers drawer: whether it is open, and the job that it opens at. */
export interface Drawer {
  readonly isOpen: boolean;
  /** Id of the job that was asked for last; null = none. */
  readonly job: string | null;
  readonly open: () => void;
  readonly close: () => void;
  readonly toggle: () => void;
  /** Opens the drawer at a job. */
  readonly showJob: (jobId: string) => void;
}

/** Holds whether the transfers drawer is open. It is closed when the window opens. */
export function useDrawer(): Drawer {
  const [{ isOpen, job }, setDrawer] = useState<Pick<Drawer, 'isOpen' | 'job'>>({ isOpen: false, job: null });
  return {
    isOpen,
    job,
    open: () => setDrawer((before) => ({ ...before, isOpen: true })),
    close: () => setDrawer((before) => ({ ...before, isOpen: false })),
    toggle: () => setDrawer((before) => ({ ...before, isOpen: !before.isOpen })),
    showJob: (jobId) => setDrawer({ isOpen: true, job: jobId }),
  };
}

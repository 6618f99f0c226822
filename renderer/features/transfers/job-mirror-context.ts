import { createContext, useContext, useEffect } from 'react';
import { useStore } from 'zustand';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { JobLayer } from '../../../shared/models/job.ts';
import type { JobMirror, JobMirrorState } from './job-mirror.ts';

/** The window's one job mirror. */
export const JobMirrorContext = createContext<JobMirror | null>(null);

function useMirror(): JobMirror {
  const mirror = useContext(JobMirrorContext);
  if (mirror === null) throw new AppError('internal', { message: 'no job mirror above this component' });
  return mirror;
}

/** A part of what is known of the jobs. */
export function useJobs<Part>(select: (state: JobMirrorState) => Part): Part {
  return useStore(useMirror().store, select);
}

/** The layers of a job, live while the component is there; null before they are known. */
export function useJobLayers(id: string): readonly JobLayer[] | null {
  const mirror = useMirror();
  useEffect(() => mirror.watch(id), [mirror, id]);
  return useStore(mirror.store, (state) => state.watched.get(id)?.layers ?? null);
}

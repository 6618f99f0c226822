import type { PushRequest } from '../../../../shared/models/push-request.ts';
import type { CodecResult } from '../../codec/codec-protocol.ts';
import type { SinkSender } from '../../codec/sink-sender.ts';
import type { PlanningParts } from '../../plan/planning-parts.ts';
import type { DraftLayer, DraftTarget, PushDraft } from '../../plan/push-draft.ts';
import type { BlobUpload } from '../../registry/distribution-client.ts';
import type { Bandwidth } from '../bandwidth.ts';
import type { BlobFlights } from '../blob-flights.ts';
import type { PauseGate } from '../pause-gate.ts';
import type { LayerProgress } from './layer-progress.ts';
import type { LinkMeter } from './link-meter.ts';
import type { TargetBlobs } from './target-blobs.ts';
import type { TargetOutcomes } from './target-outcomes.ts';

/** A push under way, as the steps of it see it: what they work with, and whom they tell. */
export interface PushContext {
  readonly parts: PlanningParts;
  readonly draft: PushDraft;
  readonly request: PushRequest;
  readonly gate: PauseGate;
  readonly bandwidth: Bandwidth;
  readonly flights: BlobFlights;
  readonly blobs: TargetBlobs;
  readonly outcomes: TargetOutcomes;
  /** Sends the pieces of copied blobs, on this thread. */
  readonly sender: SinkSender;
  /** Bytes of a piece: the largest that all targets take. */
  readonly pieceSize: number;
  /** Whether blobs are read back: asked for, or because the registry was found to be wrong about one. */
  readonly readsBack: boolean;
  /** Deletes a session that nobody needs any more: nothing waits for it but the end of the push. */
  abandon(session: BlobUpload): void;
  /** Measures the link to a registry during this push. */
  linkTo(registry: string): LinkMeter;
  progressOf(layer: DraftLayer): LayerProgress;
  /** A registry took packed bytes; negative when a session was lost. */
  taken(registry: string, bytes: number): void;
  /** A layer changed, or (null) something of the whole. */
  changed(layer: DraftLayer | null): void;
  /** Packed bytes of a layer that a target acknowledged; negative when a session was lost. */
  sent(layer: DraftLayer, bytes: number): void;
  /** A layer is about to be closed at a target: noted first, so that a push that is killed knows its own. */
  closing(layer: DraftLayer, target: DraftTarget): Promise<void>;
  /** A target has taken a layer. */
  arrived(layer: DraftLayer, target: DraftTarget): Promise<void>;
  /** A layer waits for a worker. */
  atWorkers(layer: DraftLayer): void;
  /** A pass of the encoder over so many raw bytes ended with this. */
  encoded(rawSize: number, result: CodecResult): Promise<void>;
}

package org.vhostdp.tck.harness;

/**
 * What a wire shows and can do. A driver's ability that only a wire with a trait can exercise
 * fails, not skips, when the wire lacks it.
 */
public enum Trait {
  /** Frames may carry offload metadata: partial checksums, large frames to be cut. */
  OFFLOADS,
  /** The port receives nothing but what the peer sent; without it, foreign frames are ignored. */
  SILENT,
  /** Frames below 60 bytes arrive as long as they were sent. */
  SHORT_FRAMES,
  /** Wire methods may be called while another thread uses the port's queues. */
  CONCURRENT,
  /** {@link Wire#config()} opens several ports at once, each with a wire of its own. */
  SEVERAL,
  /** The peer has room for at least 1024 frames that nobody has taken yet. */
  DEEP
}

package org.vhostdp.bench.scale;

import java.io.IOException;

/** The guests of one back-end, all on one core. */
interface Client extends AutoCloseable {
  int RING_SIZE = 256;
  int FRAME_BYTES = 64;

  /** Frames move this long before they are counted. */
  int SETTLE_MILLIS = 100;

  /** Moves frames for so long, then stops; frames per second of all ports and queues. */
  double framesPerSecond(int millis) throws IOException, InterruptedException;

  @Override
  void close();
}

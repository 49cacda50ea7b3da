package org.vhostdp.dataplane.capture;

/**
 * What a capture takes.
 *
 * @param snapLength most bytes of a frame that are kept, 1 to {@link #MOST_SNAP}
 * @param count frames after which it ends, 0 for no limit
 * @param received whether frames to the guest are taken
 * @param sent whether frames from the guest are taken
 * @param queue the guest's queue pair to take frames of, or -1 for all
 */
public record CaptureSpec(int snapLength, long count, boolean received, boolean sent, int queue) {
  /** More than the largest frame: 64 KiB of payload, and headers. */
  public static final int MOST_SNAP = 256 * 1024;

  /** Everything, whole. */
  public static final CaptureSpec ALL = new CaptureSpec(MOST_SNAP, 0, true, true, -1);

  /** Checks the numbers. */
  public CaptureSpec {
    if (snapLength < 1 || snapLength > MOST_SNAP) {
      throw new IllegalArgumentException(
          "The snap length is 1 to " + MOST_SNAP + " bytes, not " + snapLength + ".");
    }
    if (count < 0) {
      throw new IllegalArgumentException("The number of frames is not negative: " + count + ".");
    }
    if (queue < -1) {
      throw new IllegalArgumentException("The queue is not negative: " + queue + ".");
    }
    if (!received && !sent) {
      throw new IllegalArgumentException("A capture takes at least one of the two directions.");
    }
  }

  /** Whether frames of a queue pair and direction are taken. */
  boolean takes(int ofQueue, boolean receive) {
    return (receive ? received : sent) && (queue < 0 || queue == ofQueue);
  }
}

package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** Looks at an entry of a burst, and perhaps changes it. */
@FunctionalInterface
interface Touch {
  /**
   * @param burst the burst
   * @param i the first entry of a frame
   * @param frame the entry's bytes
   */
  void touch(Burst burst, int i, FrameBytes frame);

  /** A queue that touches frames after they were received. */
  static RxQueue after(RxQueue queue, Port port, Touch touch) {
    FrameBytes frame = new FrameBytes(port);
    return new SameRx(queue) {
      @Override
      public int receive(Burst frames, int max) {
        int n = super.receive(frames, max);
        each(frames, 0, n, frame, touch);
        return n;
      }
    };
  }

  /** A queue that touches frames before they are transmitted; the caller's arrays stay. */
  static TxQueue before(TxQueue queue, Port port, Touch touch) {
    FrameBytes frame = new FrameBytes(port);
    return new SameTx(queue) {
      private Burst own = new Burst(1);

      @Override
      public int transmit(Burst frames, int first, int count) {
        if (own.capacity() < frames.capacity()) {
          own = new Burst(frames.capacity());
        }
        copy(own, frames, first, count);
        each(frames, first, first + count, frame, touch);
        int n = super.transmit(frames, first, count);
        copy(frames, own, first, count);
        return n;
      }
    };
  }

  private static void copy(Burst to, Burst from, int first, int count) {
    System.arraycopy(from.flags, first, to.flags, first, count);
    System.arraycopy(from.offload, first, to.offload, first, count);
    System.arraycopy(from.vlan, first, to.vlan, first, count);
  }

  /** Touches the first entry of each frame that lies in the port's own memory. */
  private static void each(Burst frames, int first, int last, FrameBytes frame, Touch touch) {
    boolean head = true;
    for (int i = first; i < last; i++) {
      boolean more = (frames.flags[i] & Offload.MORE) != 0;
      if (head && frame.at(frames, i)) {
        touch.touch(frames, i, frame);
      }
      head = !more;
    }
  }
}

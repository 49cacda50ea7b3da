package org.vhostdp.dataplane.io;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** A driver's transmit queue that remembers the first byte of each frame. */
final class FakeTx extends FakeQueue implements TxQueue {
  final List<Integer> sent = new CopyOnWriteArrayList<>();
  volatile boolean full;

  FakeTx() throws LinuxException {
    this(true);
  }

  /**
   * @param sleeps whether it tells when it has room; else it must be polled
   */
  FakeTx(boolean sleeps) throws LinuxException {
    super(sleeps);
  }

  @Override
  boolean ready() {
    return !full;
  }

  @Override
  public int claim(Burst frames, int max) {
    at(Call.CLAIM);
    int n = Math.min(max, SLOTS);
    for (int i = 0; i < n; i++) {
      frames.region[i] = 0;
      frames.offset[i] = (long) i * SLOT_BYTES;
      frames.room[i] = SLOT_BYTES;
    }
    return n;
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    at(Call.UNCLAIM);
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    at(Call.TRANSMIT);
    if (full) {
      frames.status[first] = Burst.FULL;
      return 0;
    }
    for (int i = first; i < first + count; i++) {
      sent.add((int) region.segment().get(ValueLayout.JAVA_BYTE, frames.offset[i]));
    }
    return count;
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }
}

package org.vhostdp.driver.loopback;

import java.util.Objects;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** Counts frames and forgets them. Nothing is copied: claim and transmit move indices. */
final class SinkTx implements TxQueue, QueueHalf {
  private final Tally tally;
  private final Signal signal = new Signal(() -> true);

  /** Null while stopped. */
  private TxFrames frames;

  private FrameCheck check;

  SinkTx(Tally tally) {
    this.tally = tally;
  }

  void begin(TxFrames own, FrameCheck rules) throws LinuxException {
    signal.open();
    check = rules;
    frames = own;
  }

  @Override
  public int end() {
    int lent = frames == null ? 0 : frames.lent();
    frames = null;
    signal.close();
    return lent;
  }

  @Override
  public int claim(Burst burst, int max) {
    return frames == null ? 0 : frames.claim(burst, max);
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    Objects.checkFromIndexSize(first, count, burst.capacity());
    if (frames != null) {
      int wrong = frames.giveBack(burst, first, count);
      if (wrong != 0) {
        tally.add(Tally.LENDING_ERRORS, wrong);
      }
    }
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    TxFrames own = frames;
    if (own == null) {
      return 0;
    }
    Objects.checkFromIndexSize(first, count, burst.capacity());
    int last = first + count;
    int i = own.takePlain(burst, first, last, check.begin());
    tally.add(Tally.FRAMES, i - first);
    tally.add(Tally.BYTES, own.bytes());
    return (i < last ? takeAny(burst, i, last) : i) - first;
  }

  /** Any frames: foreign, of several entries, with metadata; returns where it stopped. */
  private int takeAny(Burst burst, int first, int last) {
    int i = first;
    while (i < last) {
      int entries = check.check(burst, i, last);
      if (entries < 0) {
        burst.status[i] = ~entries;
        tally.add(Tally.ERRORS, 1);
        break;
      }
      tally.add(Tally.FRAMES, 1);
      tally.add(Tally.BYTES, check.bytes());
      for (int end = i + entries; i < end; i++) {
        if (burst.region[i] == LoopbackPort.REGION) {
          frames.giveBack(burst.offset[i]);
        }
      }
    }
    return i;
  }

  @Override
  public Wakeup wakeup() {
    return signal;
  }
}

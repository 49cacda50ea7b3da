package org.vhostdp.driver.loopback;

import java.util.Arrays;
import java.util.Objects;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Hands claimed frames to the receive queue as they lie. Their places are positions of a {@link
 * Reflection}, so they are transmitted in the order claimed, and only the newest can be given back.
 * A claimed frame has its place already: a full queue lends nothing, but never refuses a frame.
 */
final class ReflectTx implements TxQueue, QueueHalf, LentFrames {
  private final Tally tally;
  private final Signal signal = new Signal(this::roomForOne);

  /** Null while stopped. */
  private Reflection ring;

  private FrameCheck check;

  /** Next position to claim. */
  private long claimed;

  /** Oldest position claimed and not transmitted. */
  private long sent;

  /** What was freed when it was last read. */
  private long freed;

  ReflectTx(Tally tally) {
    this.tally = tally;
  }

  Signal signal() {
    return signal;
  }

  void begin(Reflection way, FrameCheck rules) throws LinuxException {
    signal.open();
    check = rules;
    claimed = 0;
    sent = 0;
    freed = 0;
    ring = way;
  }

  @Override
  public int end() {
    int lent = lent();
    claimed = 0;
    sent = 0;
    ring = null;
    signal.close();
    return lent;
  }

  private int lent() {
    return (int) (claimed - sent);
  }

  /** After arming: whether a claim would lend something. */
  private boolean roomForOne() {
    return ring != null && claimed - ring.freed() < ring.area.count;
  }

  @Override
  public int claim(Burst burst, int max) {
    Reflection from = ring;
    if (from == null) {
      return 0;
    }
    signal.disarm();
    int want = Math.min(max, burst.capacity());
    if (from.area.count - (claimed - freed) < want) {
      freed = from.freed();
    }
    int n = (int) Math.max(0, Math.min(want, from.area.count - (claimed - freed)));
    Circle.read(from.starts, claimed, burst.offset, n);
    Arrays.fill(burst.region, 0, n, LoopbackPort.REGION);
    Arrays.fill(burst.room, 0, n, from.area.room);
    claimed += n;
    return n;
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    Objects.checkFromIndexSize(first, count, burst.capacity());
    Reflection to = ring;
    if (to == null) {
      return;
    }
    if (count <= lent()
        && Circle.matches(to.starts, claimed - count, burst.offset, first, count)
        && FrameCheck.own(burst, first, first + count)) {
      claimed -= count;
    } else {
      unclaimEach(to, burst, first, count);
    }
  }

  /** From the last entry back to the first, so that each in its turn is the newest. */
  private void unclaimEach(Reflection to, Burst burst, int first, int count) {
    int wrong = 0;
    for (int i = first + count - 1; i >= first; i--) {
      if (claimed != sent
          && burst.region[i] == LoopbackPort.REGION
          && to.area.slot(burst.offset[i]) == to.slot(claimed - 1)) {
        claimed--;
      } else {
        wrong++;
      }
    }
    if (wrong != 0) {
      tally.add(Tally.LENDING_ERRORS, wrong);
    }
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    Reflection to = ring;
    if (to == null) {
      return 0;
    }
    Objects.checkFromIndexSize(first, count, burst.capacity());
    signal.disarm();
    long from = sent;
    int longest = check.begin();
    int bytes = -1;
    if (count <= lent() && Circle.matches(to.starts, from, burst.offset, first, count)) {
      bytes = FrameCheck.plainBytes(burst, first, first + count, longest);
      sent += bytes < 0 ? 0 : count;
    }
    if (bytes < 0) {
      acceptEach(to, burst, first, first + count);
      bytes = FrameCheck.plainBytes(burst, first, first + (int) (sent - from), longest);
    }
    int n = (int) (sent - from);
    if (n != 0) {
      Circle.write(to.offset, from, burst.offset, first, n);
      Circle.write(to.length, from, burst.length, first, n);
      tally.add(Tally.FRAMES, n);
      tally.add(Tally.BYTES, bytes);
      to.publish(sent, signal.state());
    }
    return n;
  }

  /** Moves {@link #sent} over the entries that can be sent; says why the next cannot. */
  private void acceptEach(Reflection to, Burst burst, int first, int last) {
    for (int i = first; i < last; i++) {
      int entries = check.check(burst, i, last);
      if (entries < 0) {
        refuse(burst, i, ~entries);
        return;
      }
      if (to.area.slot(burst.offset[i]) != to.slot(sent)) {
        tally.add(Tally.LENDING_ERRORS, 1);
        refuse(burst, i, Burst.REFUSED);
        return;
      }
      sent++;
    }
  }

  private void refuse(Burst burst, int i, int status) {
    burst.status[i] = status;
    tally.add(Tally.ERRORS, 1);
  }

  @Override
  public int find(long offset, int length) {
    int slot = ring.area.slot(offset);
    boolean lent = slot >= 0 && (slot - (int) sent & ring.area.count - 1) < claimed - sent;
    return lent && ring.area.holds(slot, offset, length) ? slot : -1;
  }

  @Override
  public Wakeup wakeup() {
    return signal;
  }
}

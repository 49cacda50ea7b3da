package org.vhostdp.dataplane.qos;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Alarm;
import org.vhostdp.dataplane.stage.PassingTx;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Sorts what a queue sends into classes, limits each and all, and sends the most urgent first.
 * Frames that may not go yet are held, claimed from the driver, a bounded number of each class; one
 * beyond that is dropped and counted. Frames of a class stay in order.
 */
final class ClassTx extends PassingTx implements Wakeup {
  private static final int BURST = 32;

  /** Bursts of one turn. */
  private static final int ROUNDS = 2;

  private final FrameClasses classes;
  private final ClassFifo[] fifos;
  private final ClassOrder order;
  private final Gate gate;
  private final MemorySegment[] memory;
  private final QueueCounters counters;
  private final Alarm alarm;
  private final Burst out = new Burst(BURST);
  private int held;
  private boolean full;
  private boolean starved;

  /**
   * Puts classes before a queue.
   *
   * @param fifos by class; class 0 is there, those that are not in use are null
   * @param gate the limits of all classes together, for this queue alone
   * @param memory of frames, by region id
   * @param counters of the guest's transmit ring
   * @throws LinuxException if there are no more descriptors
   */
  ClassTx(
      TxQueue below,
      FrameClasses classes,
      ClassFifo[] fifos,
      Gate gate,
      MemorySegment[] memory,
      QueueCounters counters)
      throws LinuxException {
    super(below);
    this.classes = classes;
    this.fifos = fifos;
    this.order = new ClassOrder(fifos, BURST);
    this.gate = gate;
    this.memory = memory;
    this.counters = counters;
    this.alarm = new Alarm(List.of(below.wakeup()));
  }

  @Override
  public int claim(Burst frames, int max) {
    int lent = below.claim(frames, max);
    starved = lent == 0;
    return lent;
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    int end = first + count;
    int i = first;
    while (i < end) {
      int entries = ClassOrder.frameEntries(frames, i, end);
      if (entries == 0 || entries > BURST) {
        frames.status[i] = Burst.REFUSED;
        break;
      }
      if (fifo(frames, i).add(frames, i, entries)) {
        held += entries;
      } else {
        below.unclaim(frames, i, entries);
        counters.add(Name.DROPPED_CLASS, 1);
      }
      i += entries;
    }
    send();
    return i - first;
  }

  private ClassFifo fifo(Burst frames, int i) {
    int tag = (frames.flags[i] & Offload.VLAN) != 0 ? frames.vlan[i] & 0xFFFF : -1;
    return fifos[classes.of(memory[frames.region[i]], frames.offset[i], frames.length[i], tag)];
  }

  private int send() {
    int sent = 0;
    full = false;
    for (int round = 0; round < ROUNDS && held > 0 && !full; round++) {
      int most = gate.most(Math.min(BURST, held));
      int n = most == 0 ? 0 : order.fill(out, most);
      if (n == 0) {
        counters.add(Name.LIMITED, 1);
        break;
      }
      sent += pass(n);
    }
    if (held == 0) {
      gate.idle();
    }
    return sent;
  }

  /** Sends what was taken; what is not accepted is put back, or dropped if it never will be. */
  private int pass(int n) {
    int accepted = below.transmit(out, 0, n);
    if (accepted > 0) {
      gate.passed(out, 0, accepted);
      held -= accepted;
    }
    if (accepted == n) {
      return accepted;
    }
    int from = accepted;
    full = out.status[accepted] == Burst.FULL;
    if (!full) {
      int entries = Math.max(1, ClassOrder.frameEntries(out, accepted, n));
      below.unclaim(out, accepted, entries);
      counters.add(Name.DROPPED_REFUSED, 1);
      held -= entries;
      from += entries;
    }
    order.putBack(out, from, n - from);
    return from;
  }

  @Override
  public int pump() {
    int sent = held == 0 ? 0 : send();
    return sent + super.pump();
  }

  @Override
  public boolean holds() {
    return held > 0 || super.holds();
  }

  @Override
  public void discard() {
    gate.idle();
    for (ClassFifo fifo : fifos) {
      while (fifo != null && !fifo.isEmpty()) {
        int entries = fifo.headEntries();
        fifo.take(out, 0, entries);
        below.unclaim(out, 0, entries);
        counters.add(Name.DROPPED_STOPPED, 1);
      }
    }
    held = 0;
    super.discard();
  }

  @Override
  public void close() {
    alarm.close();
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }

  @Override
  public int fd() {
    return alarm.fd();
  }

  @Override
  public boolean arm() {
    if (held == 0) {
      return alarm.arm();
    }
    long wait = nanosToWait();
    if (wait == 0) {
      return !full || alarm.arm();
    }
    long deadline = System.nanoTime() + wait | 1;
    boolean roomMatters = full || starved || super.holds();
    return roomMatters ? alarm.arm(deadline) : alarm.armTime(deadline);
  }

  /** Until some class may send. */
  private long nanosToWait() {
    long all = gate.nanosToWait();
    long first = Long.MAX_VALUE;
    for (ClassFifo fifo : fifos) {
      if (fifo != null && !fifo.isEmpty()) {
        first = Math.min(first, fifo.limit == null ? 0 : fifo.limit.nanosToWait());
      }
    }
    return Math.max(all, first);
  }
}

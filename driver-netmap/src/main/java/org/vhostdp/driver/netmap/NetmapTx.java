package org.vhostdp.driver.netmap;

import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** Sends frames where they lie, all of a burst by one call of the kernel. */
final class NetmapTx implements TxQueue, AutoCloseable {
  private static final int SENT = Outgoing.GOOD;

  private final Gate gate;
  private final NetmapCounters counters;
  private final Outgoing outgoing;
  private final int mostEntries;
  private final NetmapWakeup wakeup;
  private final SendSlots slots;
  private Syncs syncs;

  /**
   * @param header bytes before each frame
   * @param mostEntries of one frame
   */
  NetmapTx(Gate gate, NetmapCounters counters, Outgoing outgoing, int header, int mostEntries)
      throws LinuxException {
    this.gate = gate;
    this.counters = counters;
    this.outgoing = outgoing;
    this.mostEntries = mostEntries;
    slots = new SendSlots(counters, header);
    wakeup = new NetmapWakeup(Epoll.OUT, this::wantRoom, this::hasRoom);
  }

  /** Works on a ring from now on; control thread, while no burst call runs. */
  void attach(Binding binding, NetmapMemory memory) {
    slots.attach(binding.tx(), memory);
    syncs = Syncs.sending(binding.fd());
  }

  /** Nothing is lent; control thread. */
  void start() {
    if (slots.isAttached()) {
      slots.reset();
      wakeup.attach(syncs.fd());
    }
  }

  void stop() {
    wakeup.detach();
  }

  private boolean wantRoom() {
    slots.publish(true);
    return gate.sending();
  }

  private boolean hasRoom() {
    if (!gate.sending()) {
      return false;
    }
    slots.look();
    return slots.next() >= 0;
  }

  private int sync() {
    slots.publish(false);
    int result = syncs.sync();
    counters.add(NetmapCounters.SYNCS, 1);
    if (result == -Errno.ENXIO || result == -Errno.ENODEV) {
      gate.vanish();
    }
    slots.look();
    return result;
  }

  private boolean isWorking() {
    return gate.sending() && slots.isAttached();
  }

  @Override
  public int claim(Burst burst, int max) {
    if (!isWorking()) {
      return 0;
    }
    wakeup.disarm();
    int most = Math.min(max, burst.capacity());
    int count = slots.lend(burst, 0, most);
    if (count < most) {
      sync();
      count = slots.lend(burst, count, most);
    }
    return count;
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      slots.giveBack(burst, i);
    }
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    if (!isWorking()) {
      return refuse(burst, first, count);
    }
    wakeup.disarm();
    int end = first + count;
    int i = first;
    int frames = 0;
    long bytes = 0;
    while (i < end) {
      int next = place(burst, i, end);
      if (next < 0) {
        break;
      }
      frames++;
      for (int k = i; k < next; k++) {
        bytes += burst.length[k];
      }
      i = next;
    }
    if (frames > 0) {
      boolean lost = sync() < 0;
      counters.add(lost ? NetmapCounters.DROPPED : NetmapCounters.FRAMES, frames);
      counters.add(NetmapCounters.BYTES, lost ? 0 : bytes);
    }
    return i - first;
  }

  /** Not started: try later. Deleted, or a monitor: never. */
  private int refuse(Burst burst, int first, int count) {
    if (count > 0) {
      burst.status[first] = gate.gone() || gate.sending() ? Burst.REFUSED : Burst.FULL;
    }
    return 0;
  }

  /** Puts one frame into the slots at head; the index after it, or -1 with a status. */
  private int place(Burst burst, int first, int end) {
    long total = 0;
    int i = first;
    boolean more = true;
    while (more) {
      if (i == end || i - first == mostEntries) {
        return stop(burst, first, i == end ? Burst.REFUSED : Burst.TOO_LONG);
      }
      if (!slots.holds(burst, i)) {
        return stop(burst, first, Burst.BAD_MEMORY);
      }
      total += burst.length[i];
      more = (burst.flags[i++] & Offload.MORE) != 0;
    }
    int length = (int) Math.min(total, Outgoing.LONGEST + 1);
    int status = outgoing.check(burst.flags[first], burst.offload[first], length, gate.mtu());
    if (status != SENT) {
      return stop(burst, first, status);
    }
    if (i - first > 1 && slots.sharesBuffer(burst, first, i)) {
      return stop(burst, first, Burst.BAD_MEMORY);
    }
    for (int k = first; k < i; k++) {
      slots.put(burst, k, k == first, k + 1 < i);
    }
    return i;
  }

  private int stop(Burst burst, int i, int status) {
    burst.status[i] = status;
    counters.add(NetmapCounters.ERRORS, 1);
    return -1;
  }

  /** For a {@link Crossing}: slots that can be filled now. */
  int free() {
    if (!isWorking()) {
      return 0;
    }
    wakeup.disarm();
    if (slots.isRunningLow()) {
      sync();
    }
    return slots.free();
  }

  /** Exchanges the buffers of the slot at head and of what is received next. */
  void exchange(NetmapRx from) {
    slots.exchange(from);
  }

  /** Has the kernel take what was exchanged. */
  void send(int exchanged) {
    counters.add(sync() < 0 ? NetmapCounters.DROPPED : NetmapCounters.FRAMES, exchanged);
    counters.add(NetmapCounters.SWAPS, exchanged);
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }

  @Override
  public void close() {
    wakeup.close();
  }
}

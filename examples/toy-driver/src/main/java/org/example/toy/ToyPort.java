package org.example.toy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * One end of a wire, with one queue pair. Its memory is one region: slots for frames to send, then
 * slots for frames that have arrived.
 */
final class ToyPort implements Port, TxQueue, RxQueue {
  private static final int SLOTS = 256;
  private static final int ROOM = 2048;
  private static final int ETHERNET = 14;
  private static final int SENT = -1;
  private static final Capabilities CAPABILITIES =
      Capabilities.builder().frames(1518, ROOM, 1).lent(SLOTS, SLOTS).build();

  private final MemorySegment memory = MemorySegment.ofArray(new long[2 * SLOTS * ROOM / 8]);
  private final boolean[] claimed = new boolean[SLOTS];
  private final int[] lengths = new int[SLOTS];
  private final Statistics counters = new Statistics();
  private final Consumer<ToyPort> unplug;
  private PortSettings settings;
  private boolean closed;
  private volatile boolean started;

  /** The port at the other end, or null; the driver sets it. */
  volatile ToyPort peer;

  // Frames so far: the peer's thread counts what arrived, the receiver's thread the rest.
  private volatile int arrived;
  private volatile int released;
  private int received;

  ToyPort(Consumer<ToyPort> unplug) {
    this.unplug = unplug;
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public void configure(PortSettings next) throws DriverException {
    next.check(CAPABILITIES);
    if (started) {
      settings.checkLive(next, CAPABILITIES);
    }
    require(!closed, "The port is closed.");
    settings = next;
  }

  @Override
  public void start() {
    require(settings != null && !closed, "The port is closed, or was never configured.");
    received = arrived;
    released = received;
    started = true;
  }

  @Override
  public void stop() {
    started = false;
  }

  @Override
  public void close() {
    started = false;
    closed = true;
    unplug.accept(this);
  }

  @Override
  public List<Region> regions() {
    return List.of(new Region(memory));
  }

  @Override
  public RxQueue rx(int queue) {
    Objects.checkIndex(queue, settings == null ? 0 : 1);
    return this;
  }

  @Override
  public TxQueue tx(int queue) {
    Objects.checkIndex(queue, settings == null ? 0 : 1);
    return this;
  }

  @Override
  public int claim(Burst frames, int max) {
    int n = 0;
    for (int slot = 0; started && n < max && slot < SLOTS; slot++) {
      if (!claimed[slot]) {
        claimed[slot] = true;
        frames.region[n] = 0;
        frames.offset[n] = (long) slot * ROOM;
        frames.room[n++] = ROOM;
      }
    }
    return n;
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      require(isClaimed(frames, i), "A frame was given back that was not claimed.");
      claimed[slot(frames, i)] = false;
    }
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    int i = first;
    for (; started && i < first + count; i++) {
      int status = send(frames, i);
      if (status != SENT) {
        frames.status[i] = status;
        break;
      }
      claimed[slot(frames, i)] = false;
    }
    return i - first;
  }

  private int send(Burst frames, int i) {
    int length = frames.length[i];
    if (!isClaimed(frames, i) || length < 1 || frames.offset[i] % ROOM + length > ROOM) {
      return Burst.BAD_MEMORY;
    }
    if (length > CAPABILITIES.maxFrame() || frames.flags[i] == Offload.MORE) {
      return Burst.TOO_LONG;
    }
    if (length < ETHERNET || frames.flags[i] != 0) {
      return length < ETHERNET ? Burst.REFUSED : Burst.BAD_OFFLOAD;
    }
    ToyPort to = peer;
    if (to == null || !to.started) {
      counters.txDropped++;
      return SENT;
    }
    if (to.arrived - to.released == SLOTS) {
      return Burst.FULL;
    }
    int slot = to.arrived & SLOTS - 1;
    MemorySegment.copy(memory, frames.offset[i], to.memory, (long) (SLOTS + slot) * ROOM, length);
    to.lengths[slot] = length;
    to.arrived++;
    counters.txFrames++;
    counters.txBytes += length;
    return SENT;
  }

  @Override
  public int receive(Burst frames, int max) {
    int n = 0;
    for (; started && n < max && received != arrived; n++, received++) {
      int slot = received & SLOTS - 1;
      frames.region[n] = 0;
      frames.offset[n] = (long) (SLOTS + slot) * ROOM;
      frames.length[n] = lengths[slot];
      frames.flags[n] = 0;
      counters.rxFrames++;
      counters.rxBytes += lengths[slot];
    }
    return n;
  }

  @Override
  public void release(Burst frames, int first, int count) {
    require(count <= received - released, "More frames were released than received.");
    released += count;
  }

  private boolean isClaimed(Burst frames, int i) {
    long offset = frames.offset[i];
    boolean inside = frames.region[i] == 0 && offset >= 0 && offset < (long) SLOTS * ROOM;
    return inside && claimed[slot(frames, i)];
  }

  private static int slot(Burst frames, int i) {
    return (int) (frames.offset[i] / ROOM);
  }

  private static void require(boolean held, String otherwise) {
    if (!held) {
      throw new IllegalStateException(otherwise);
    }
  }

  @Override
  public void statistics(Statistics out) {
    out.add(counters);
  }

  @Override
  public Wakeup wakeup() {
    return Wakeup.polled();
  }

  @Override
  public PortEvents events() {
    return PortEvents.quiet();
  }
}

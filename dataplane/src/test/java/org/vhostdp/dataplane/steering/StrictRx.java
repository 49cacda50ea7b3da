package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.vhostdp.linux.EventFd;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * A driver's receive queue that gives what the test feeds it, in frames of one slot or several, and
 * fails when its caller breaks a rule: frames are released in order, untouched, and never asked for
 * while others are lent. What was released is overwritten at once.
 */
final class StrictRx implements RxQueue, Wakeup {
  record Frame(byte[] bytes, int flags, long offload) {}

  private record Lent(long offset, int length, int flags) {}

  private static final int SLOTS = 64;

  final ArrayDeque<Frame> waiting = new ArrayDeque<>();

  /** The most frames that it gives at once. */
  int most = SLOTS;

  /** Whether a frame may be asked for while others are lent. */
  boolean askedWhileLent;

  private final int room;
  private final int region;
  private final MemorySegment memory;
  private final ArrayDeque<Lent> lent = new ArrayDeque<>();
  private final EventFd event;
  private boolean armed;
  private int nextSlot;

  /**
   * @param room bytes of a slot
   * @param region id of its memory
   * @param event wakes who sleeps; null: it can only be polled
   */
  StrictRx(int room, int region, EventFd event) {
    this.room = room;
    this.region = region;
    this.event = event;
    this.memory = Arena.ofAuto().allocate((long) SLOTS * room, 8);
  }

  Region region() {
    return new Region(memory);
  }

  void feed(byte[] bytes) {
    feed(bytes, 0, 0);
  }

  void feed(byte[] bytes, int flags, long offload) {
    waiting.add(new Frame(bytes, flags, offload));
    if (armed) {
      armed = false;
      event.signal();
    }
  }

  int lentOut() {
    return lent.size();
  }

  @Override
  public int receive(Burst frames, int max) {
    askedWhileLent |= !lent.isEmpty();
    armed = false;
    int n = 0;
    int given = 0;
    while (!waiting.isEmpty() && given < most) {
      byte[] bytes = waiting.peek().bytes;
      int entries = Math.max(1, (bytes.length + room - 1) / room);
      if (n + entries > max || lent.size() + entries > SLOTS) {
        break;
      }
      Frame frame = waiting.poll();
      for (int e = 0; e < entries; e++) {
        int length = Math.min(room, bytes.length - e * room);
        long offset = (long) nextSlot * room;
        nextSlot = (nextSlot + 1) % SLOTS;
        MemorySegment.copy(MemorySegment.ofArray(bytes), (long) e * room, memory, offset, length);
        int flags = (e == 0 ? frame.flags : 0) | (e < entries - 1 ? Offload.MORE : 0);
        lent.add(new Lent(offset, length, flags));
        frames.region[n] = region;
        frames.offset[n] = offset;
        frames.length[n] = length;
        frames.flags[n] = flags;
        frames.offload[n++] = frame.offload;
      }
      given++;
    }
    return n;
  }

  @Override
  public void release(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      Lent oldest = lent.poll();
      assertTrue(oldest != null, "released what was not lent");
      assertEquals(oldest.offset, frames.offset[i], "released in the order received");
      assertEquals(oldest.length, frames.length[i], "released as filled");
      assertEquals(oldest.flags, frames.flags[i], "released as filled");
      assertEquals(region, frames.region[i], "released as filled");
      memory.asSlice(frames.offset[i], room).fill((byte) 0xEE);
    }
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }

  @Override
  public int fd() {
    return event == null ? -1 : event.fd().raw();
  }

  @Override
  public boolean arm() {
    if (event != null) {
      event.drain();
    }
    armed = event != null && waiting.isEmpty();
    return !waiting.isEmpty();
  }
}

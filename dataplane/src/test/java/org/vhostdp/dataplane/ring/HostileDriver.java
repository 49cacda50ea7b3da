package org.vhostdp.dataplane.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.vhostdp.dataplane.net.Features;

/**
 * A driver that makes rings by the rules and breaks one now and then. {@link #offer} makes chains
 * available where the device looks next; {@link #scribble} changes anything at any time and may run
 * on another thread.
 */
public final class HostileDriver {
  /** What the chains are for. */
  public enum Kind {
    TRANSMIT,
    RECEIVE,
    CONTROL
  }

  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;
  private static final int AVAIL = 1 << 7;
  private static final int USED = 1 << 15;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int[] LENGTHS = {
    1, 2, 9, 10, 11, 12, 13, 26, 64, 74, 500, 1526, 4096, 9000, 33_000, 70_000
  };
  private static final int[] BAD_LENGTHS = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20};

  private final RingBed bed;
  private final int size;
  private final Kind kind;
  private final int honesty;

  /**
   * @param honesty one of so many values is wrong
   */
  public HostileDriver(RingBed bed, Kind kind, int honesty) {
    this.bed = bed;
    this.size = bed.driver().size();
    this.kind = kind;
    this.honesty = honesty;
  }

  private boolean lies(Random random) {
    return random.nextInt(honesty) == 0;
  }

  /** Makes some chains available, seen from the device's base. */
  public void offer(Random random, DeviceRing device) {
    int slot = bed.packed() ? device.base() & 0x7FFF : random.nextInt(size);
    boolean wrap = (device.base() & 0x8000) != 0;
    int left = size;
    int chains = 0;
    for (int n = random.nextInt(80); n > 0; n--, chains++) {
      boolean table = (bed.features() & Features.INDIRECT_DESC) != 0 && random.nextInt(4) == 0;
      int elements = Math.min(elements(random), size);
      int slots = table ? 1 : elements;
      if (slots > left) {
        break;
      }
      left -= slots;
      if (!bed.packed()) {
        int head = lies(random) ? random.nextInt() : slot;
        bed.driver().driverArea().set(SHORT, available(device.base() + chains), (short) head);
      }
      for (int i = 0; i < slots; i++) {
        int turn = wrap ? AVAIL : USED;
        if (table) {
          long at = table(random, elements);
          put(random, bed.driver().descriptors(), slot, at, 16 * elements, INDIRECT, 0, turn);
        } else {
          element(random, bed.driver().descriptors(), slot, i, elements, size, turn);
        }
        if (++slot == size) {
          slot = 0;
          wrap = !wrap;
        }
      }
    }
    if (!bed.packed()) {
      int ahead = lies(random) ? random.nextInt() : chains;
      bed.driver().driverArea().set(SHORT, 2, (short) (device.base() + ahead));
    }
  }

  private long available(int index) {
    return 4 + 2L * (index & (size - 1));
  }

  private int elements(Random random) {
    int more = random.nextInt(3) == 0 ? random.nextInt(6) : 0;
    return (kind == Kind.CONTROL ? 2 : 1) + more;
  }

  /** Element i of so many: readable ones first, as the kind of queue needs. */
  private void element(
      Random random, MemorySegment table, int at, int i, int elements, int entries, int turn) {
    boolean write =
        switch (kind) {
          case TRANSMIT -> i > 0 && i == elements - 1 && random.nextInt(50) == 0;
          case RECEIVE -> true;
          case CONTROL -> i == elements - 1;
        };
    int flags = (write ? WRITE : 0) | (i < elements - 1 ? NEXT : 0);
    int length = LENGTHS[random.nextInt(LENGTHS.length)];
    if (kind == Kind.CONTROL) {
      length = 1 + length % 100;
    }
    long address = address(random, length);
    if (i == 0 && kind == Kind.TRANSMIT && length >= 12 && bed.memory().find(address) > 0) {
      header(random, address);
    }
    put(random, table, at, address, length, flags, (at + 1) % entries, turn);
  }

  private void put(
      Random random,
      MemorySegment table,
      int at,
      long address,
      int length,
      int flags,
      int next,
      int turn) {
    int shownFlags = lies(random) ? random.nextInt(8) : flags;
    int shownNext = lies(random) ? random.nextInt() : next;
    table.set(LONG, 16L * at, address);
    table.set(INT, 16L * at + 8, lies(random) ? badLength(random) : length);
    table.set(SHORT, 16L * at + 12, (short) (bed.packed() ? shownNext : shownFlags));
    table.set(SHORT, 16L * at + 14, (short) (bed.packed() ? shownFlags | turn : shownNext));
  }

  /** An indirect table somewhere in the zone. */
  private long table(Random random, int elements) {
    byte[] bytes = new byte[16 * elements];
    for (int i = 0; i < elements; i++) {
      element(random, MemorySegment.ofArray(bytes), i, i, elements, elements, 0);
    }
    long at = bed.anyAddress(random, bytes.length) & -8;
    bed.twin().write(at, bytes);
    return at;
  }

  /** Changes bytes of a header or table, an element of the ring, or anything. */
  public void scribble(Random random) {
    if (lies(random)) {
      MemorySegment[] areas = {
        bed.driver().descriptors(), bed.driver().driverArea(), bed.driver().deviceArea()
      };
      MemorySegment area = areas[random.nextInt(3)];
      area.set(ValueLayout.JAVA_BYTE, random.nextLong(area.byteSize()), (byte) random.nextInt());
    } else if (random.nextInt(4) == 0) {
      // Another buffer in an element's place, seen by the device half, whole or not at all.
      int at = random.nextInt(size);
      int length = LENGTHS[random.nextInt(LENGTHS.length)];
      bed.driver().descriptors().set(INT, 16L * at + 8, length);
      bed.driver().descriptors().set(LONG, 16L * at, address(random, length));
    } else {
      header(random, bed.anyAddress(random, 12));
    }
  }

  private static int badLength(Random random) {
    return BAD_LENGTHS[random.nextInt(BAD_LENGTHS.length)];
  }

  private long address(Random random, int length) {
    if (!lies(random)) {
      return bed.anyAddress(random, length);
    }
    return switch (random.nextInt(3)) {
      case 0 -> random.nextLong();
      // Into the ring itself, and over the end of its region.
      case 1 -> bed.driver().descriptorAddress() + random.nextInt(16 * size);
      default -> bed.memory().guest(0) + bed.memory().size(0) - random.nextInt(100);
    };
  }

  /** A header of the network device, or any bytes in its place. */
  private void header(Random random, long at) {
    byte[] bytes = new byte[12];
    if (random.nextInt(8) == 0) {
      random.nextBytes(bytes);
    } else if (random.nextBoolean()) {
      bytes[0] = (byte) random.nextInt(4);
      bytes[1] = (byte) random.nextInt(7);
      bytes[4] = (byte) random.nextInt(3);
      bytes[6] = (byte) random.nextInt();
      bytes[8] = (byte) random.nextInt(20);
    }
    bed.twin().write(at, bytes);
  }
}

package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The simplest device side of a ring that follows the specification, for tests of the driver side.
 * It believes everything it reads.
 */
final class ModelRing {
  record Element(long address, int length, boolean writable) {}

  record Chain(int id, int slots, List<Element> elements) {
    int writableBytes() {
      return elements.stream().filter(Element::writable).mapToInt(Element::length).sum();
    }
  }

  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;

  private final boolean packed;
  private final int size;
  private final boolean eventIndex;
  private final MemorySegment ring;
  private final MemorySegment driver;
  private final MemorySegment device;
  private final BiFunction<Long, Long, MemorySegment> translate;
  private int available;
  private int used;
  private int signalled;
  private int position;
  private int wrap = 1;
  private int usedPosition;
  private int usedWrap = 1;
  private int pushed;

  ModelRing(
      long features,
      int size,
      MemorySegment ring,
      MemorySegment driver,
      MemorySegment device,
      BiFunction<Long, Long, MemorySegment> translate) {
    this.packed = (features & Feature.RING_PACKED) != 0;
    this.eventIndex = (features & Feature.EVENT_IDX) != 0;
    this.size = size;
    this.ring = ring;
    this.driver = driver;
    this.device = device;
    this.translate = translate;
  }

  static ModelRing of(DriverRing twin, TwinMemory memory, long features) {
    return new ModelRing(
        features,
        twin.size(),
        twin.descriptors(),
        twin.driverArea(),
        twin.deviceArea(),
        memory::at);
  }

  void base(int base) {
    if (packed) {
      position = base & 0x7fff;
      wrap = base >>> 15 & 1;
      usedPosition = base >>> 16 & 0x7fff;
      usedWrap = base >>> 31;
    } else {
      available = base;
      used = base;
      signalled = base;
    }
  }

  int base() {
    return packed
        ? position | wrap << 15 | usedPosition << 16 | usedWrap << 31
        : available & 0xffff;
  }

  /** The next available chain, or null. */
  Chain pop() {
    return packed ? popPacked() : popSplit();
  }

  private Chain popSplit() {
    if (Le.acquire16(driver, 2) == (available & 0xffff)) {
      return null;
    }
    int head = driver.get(Le.U16, 4 + 2L * (available++ % size)) & 0xffff;
    List<Element> elements = new ArrayList<>();
    int slots = 0;
    for (int at = head, flags = NEXT; (flags & NEXT) != 0; slots++) {
      long address = ring.get(Le.U64, 16L * at);
      long word = ring.get(Le.U64, 16L * at + 8);
      flags = (int) (word >>> 32) & 0xffff;
      if ((flags & INDIRECT) != 0) {
        table(elements, address, (int) word, false);
      } else {
        elements.add(new Element(address, (int) word, (flags & WRITE) != 0));
      }
      at = (int) (word >>> 48);
    }
    return new Chain(head, slots, elements);
  }

  private void table(List<Element> elements, long address, int bytes, boolean sequential) {
    MemorySegment table = translate.apply(address, (long) bytes);
    int at = 0;
    boolean more = true;
    while (more) {
      long word = table.get(Le.U64, 16L * at + 8);
      int flags = (int) (word >>> (sequential ? 48 : 32)) & 0xffff;
      elements.add(new Element(table.get(Le.U64, 16L * at), (int) word, (flags & WRITE) != 0));
      at = sequential ? at + 1 : (int) (word >>> 48);
      more = sequential ? at * 16 < bytes : (flags & NEXT) != 0;
    }
  }

  private Chain popPacked() {
    long word = Le.acquire64(ring, 16L * position + 8);
    if ((word >>> 55 & 1) != wrap || (word >>> 63) == wrap) {
      return null;
    }
    List<Element> elements = new ArrayList<>();
    int slots = 0;
    int id = 0;
    for (int flags = NEXT; (flags & NEXT) != 0; slots++) {
      long address = ring.get(Le.U64, 16L * position);
      word = ring.get(Le.U64, 16L * position + 8);
      flags = (int) (word >>> 48) & 0xffff;
      id = (int) (word >>> 32) & 0xffff;
      if ((flags & INDIRECT) != 0) {
        table(elements, address, (int) word, true);
      } else {
        elements.add(new Element(address, (int) word, (flags & WRITE) != 0));
      }
      if (++position == size) {
        position = 0;
        wrap ^= 1;
      }
    }
    return new Chain(id, slots, elements);
  }

  /** Forgets chains popped and not pushed: the next pop gives them again. */
  void rewind() {
    available = used;
    position = usedPosition;
    wrap = usedWrap;
  }

  /** Returns chains of one frame so that the driver sees all of them or none. */
  void pushGroup(List<Chain> chains, List<Integer> written) {
    if (!packed) {
      for (int i = 0; i < chains.size(); i++) {
        device.set(
            Le.U64_ANY,
            4 + 8L * ((used + i) % size),
            chains.get(i).id() | (long) written.get(i) << 32);
      }
      used += chains.size();
      pushed += chains.size();
      Le.release16(device, 2, used);
      return;
    }
    int first = usedPosition;
    int firstWrap = usedWrap;
    advance(chains.getFirst().slots());
    for (int i = 1; i < chains.size(); i++) {
      push(chains.get(i), written.get(i));
    }
    int after = usedPosition;
    int afterWrap = usedWrap;
    usedPosition = first;
    usedWrap = firstWrap;
    push(chains.getFirst(), written.getFirst());
    usedPosition = after;
    usedWrap = afterWrap;
  }

  private void advance(int slots) {
    usedPosition += slots;
    if (usedPosition >= size) {
      usedPosition -= size;
      usedWrap ^= 1;
    }
  }

  void push(Chain chain, int written) {
    pushBatch(List.of(chain), written);
  }

  /** Returns consecutive chains with one used element, as IN_ORDER allows. */
  void pushBatch(List<Chain> chains, int written) {
    Chain last = chains.getLast();
    int slots = chains.stream().mapToInt(Chain::slots).sum();
    pushed += slots;
    if (packed) {
      int flags = (usedWrap == 1 ? 0x8080 : 0) | (last.writableBytes() > 0 ? WRITE : 0);
      Le.release64(
          ring,
          16L * usedPosition + 8,
          written & 0xffffffffL | (long) last.id() << 32 | (long) flags << 48);
      advance(slots);
    } else {
      device.set(Le.U64_ANY, 4 + 8L * (used % size), last.id() | (long) written << 32);
      used += chains.size();
      Le.release16(device, 2, used);
    }
  }

  void kicks(boolean on) {
    if (packed) {
      int event = eventIndex ? position | wrap << 15 | 2 << 16 : 0;
      Le.release32(device, 0, on ? event : 1 << 16);
    } else if (eventIndex) {
      Le.release16(device, 4 + 8L * size, on ? available : available - 1);
    } else {
      Le.release16(device, 0, on ? 0 : 1);
    }
    VarHandle.fullFence();
  }

  /** Whether the driver wants to hear of what was pushed since the last question. */
  boolean callNeeded() {
    VarHandle.fullFence();
    int moved = pushed;
    pushed = 0;
    if (packed) {
      int event = Le.acquire32(driver, 0);
      if (event >>> 16 != 2) {
        return event >>> 16 == 0 && moved > 0;
      }
      // Walk back over what was pushed: did it cover the slot the driver named?
      int slot = usedPosition;
      int turn = usedWrap;
      for (int i = 0; i < moved; i++) {
        if (--slot < 0) {
          slot = size - 1;
          turn ^= 1;
        }
        if ((event & 0x7fff) == slot && (event >>> 15 & 1) == turn) {
          return true;
        }
      }
      return false;
    }
    int old = signalled;
    signalled = used;
    if (!eventIndex) {
      return (driver.get(Le.U16, 0) & 1) == 0 && moved > 0;
    }
    int event = Le.acquire16(driver, 4 + 2L * size);
    for (int index = old; index != used; index++) {
      if ((index & 0xffff) == event) {
        return true;
      }
    }
    return false;
  }
}

package org.vhostdp.dataplane.offload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;

/**
 * Rooms for the largest frames, in one region of their own: some to lend, and one kept back for the
 * frame that is held, so that there is always a place to put it. One IO thread.
 */
final class LargeRooms {
  /** Bytes of a room: a packet of 65,535 bytes, its Ethernet header and two tags. */
  static final int ROOM = 65_600;

  /** Rooms to lend. */
  private static final int LENT = 4;

  /** The room that is not lent. */
  static final int KEPT = LENT;

  private static final int ALIGNED = 64;

  final MemorySegment memory = Arena.ofAuto().allocate((LENT + 1L) * ROOM, ALIGNED);

  /** Id of the rooms' region. */
  final int region;

  /** Bit i: room i is lent, or holds a frame. */
  private int used;

  LargeRooms(Regions regions) {
    region = regions.add(memory);
  }

  /** Lends a room in entry 0; 0 if there is none. */
  int claim(Burst frames) {
    int room = Integer.numberOfTrailingZeros(~used);
    if (room >= LENT) {
      return 0;
    }
    used |= 1 << room;
    frames.region[0] = region;
    frames.offset[0] = at(room);
    frames.room[0] = ROOM;
    return 1;
  }

  /** Where a room begins. */
  static long at(int room) {
    return (long) room * ROOM;
  }

  /** The lent room that an offset lies in; -1 if there is none. */
  int room(long offset) {
    if (offset < 0 || offset >= at(KEPT)) {
      return -1;
    }
    int room = (int) (offset / ROOM);
    return (used & 1 << room) != 0 ? room : -1;
  }

  /** Whether bytes lie in one lent room. */
  boolean holds(long offset, int length) {
    int room = room(offset);
    return room >= 0 && length <= at(room + 1) - offset;
  }

  /** Takes a room back; again, or the one kept back, does nothing. */
  void free(int room) {
    used &= ~(1 << room);
  }
}

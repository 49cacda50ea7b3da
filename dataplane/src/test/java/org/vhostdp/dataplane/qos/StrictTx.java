package org.vhostdp.dataplane.qos;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * A driver's transmit queue that counts and remembers, and fails on what is against the rules: a
 * frame sent or given back that was not lent.
 */
final class StrictTx implements TxQueue, Wakeup, AutoCloseable {
  static final int ROOM = 2048;

  final MemorySegment memory;
  final EventFd event;

  /** Words at the head of the frames that were sent, if they are to be remembered. */
  final List<Integer> sent = new ArrayList<>();

  boolean remember;
  long frames;
  long bytes;
  int room = Integer.MAX_VALUE;
  int refuse = -1;
  int armed;

  private final boolean[] lent;
  private int lentNow;

  StrictTx(int lent) throws LinuxException {
    this.lent = new boolean[lent];
    memory = Arena.ofAuto().allocate((long) lent * ROOM, 64);
    event = EventFd.create();
  }

  int lent() {
    return lentNow;
  }

  @Override
  public int claim(Burst burst, int max) {
    int n = 0;
    for (int i = 0; i < lent.length && n < max; i++) {
      if (!lent[i]) {
        lent[i] = true;
        burst.region[n] = 0;
        burst.offset[n] = (long) i * ROOM;
        burst.room[n++] = ROOM;
      }
    }
    lentNow += n;
    return n;
  }

  private void back(Burst burst, int i) {
    int frame = (int) (burst.offset[i] / ROOM);
    if (!lent[frame]) {
      throw new IllegalStateException("frame " + frame + " was not lent");
    }
    lent[frame] = false;
    lentNow--;
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      back(burst, i);
    }
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    int i = first;
    while (i < first + count) {
      int entries = ClassOrder.frameEntries(burst, i, first + count);
      if (entries == 0) {
        throw new IllegalStateException("a frame without an end");
      }
      if (room == 0 || frames == refuse) {
        burst.status[i] = room == 0 ? Burst.FULL : Burst.REFUSED;
        refuse = -1;
        break;
      }
      room--;
      frames++;
      if (remember) {
        sent.add(memory.get(ValueLayout.JAVA_INT_UNALIGNED, burst.offset[i] + 60));
      }
      for (int e = i; e < i + entries; e++) {
        bytes += burst.length[e];
        back(burst, e);
      }
      i += entries;
    }
    return i - first;
  }

  /** Sends so many frames of a length as a path does; returns how many went. */
  static int send(TxQueue to, Burst burst, int count, int length) {
    int claimed = to.claim(burst, count);
    for (int i = 0; i < claimed; i++) {
      burst.length[i] = length;
      burst.flags[i] = 0;
    }
    int sent = claimed == 0 ? 0 : to.transmit(burst, 0, claimed);
    to.unclaim(burst, sent, claimed - sent);
    return sent;
  }

  /** Marks entries as those of large frames to be cut. */
  static void large(Burst burst, int i, int gsoSize) {
    burst.flags[i] |= Offload.GSO_TCP4 | Offload.CSUM_PARTIAL;
    burst.offload[i] = Offload.pack(34, 16, gsoSize, 54);
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }

  @Override
  public int fd() {
    return event.fd().raw();
  }

  @Override
  public boolean arm() {
    armed++;
    event.drain();
    return false;
  }

  @Override
  public void close() {
    event.close();
  }
}

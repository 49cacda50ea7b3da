package org.vhostdp.tck.stock;

import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;
import org.vhostdp.tck.harness.WireFrame;

/** Sends frames one by one through a packet socket. */
final class PacketTx implements TxQueue {
  private static final int HEADER = 14;

  private final PacketPort port;
  private final Statistics counters;
  private final BitSet lent = new BitSet(PacketPort.PLACES);

  PacketTx(PacketPort port, Statistics counters) {
    this.port = port;
    this.counters = counters;
  }

  void start() {
    lent.clear();
  }

  @Override
  public int claim(Burst frames, int max) {
    int count = 0;
    int place = lent.nextClearBit(0);
    while (port.socket() != null && count < max && place < PacketPort.PLACES) {
      lent.set(place);
      frames.region[count] = 1;
      frames.offset[count] = (long) place * PacketPort.PLACE;
      frames.room[count] = PacketPort.PLACE;
      count++;
      place = lent.nextClearBit(place);
    }
    return count;
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      int place = (int) (frames.offset[i] / PacketPort.PLACE);
      if (frames.region[i] != 1 || place < 0 || !lent.get(place)) {
        throw new IllegalStateException("the frame is not lent");
      }
      lent.clear(place);
    }
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    for (int i = 0; i < count; i++) {
      int status = port.socket() == null ? Burst.FULL : send(frames, first + i);
      if (status >= 0) {
        frames.status[first + i] = status;
        return i;
      }
    }
    return count;
  }

  /** Sends an entry; -1, or why not. */
  private int send(Burst frames, int i) {
    long offset = frames.offset[i];
    int length = frames.length[i];
    long place = offset / PacketPort.PLACE;
    boolean inside =
        frames.region[i] == 1
            && offset >= 0
            && length > 0
            && place < PacketPort.PLACES
            && lent.get((int) place)
            && offset + length <= (place + 1) * PacketPort.PLACE;
    if ((frames.flags[i] & Offload.MORE) != 0) {
      return Burst.TOO_LONG;
    }
    if (!inside) {
      return Burst.BAD_MEMORY;
    }
    if (length < HEADER) {
      return Burst.REFUSED;
    }
    int flags = frames.flags[i];
    if (!fits(flags, frames.offload[i], length)) {
      return Burst.BAD_OFFLOAD;
    }
    byte[] bytes = port.memory(1).asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    WireFrame frame = new WireFrame(bytes, flags, frames.offload[i], frames.vlan[i] & 0xFFFF);
    int result = port.socket().send(VnetMetadata.header(frame), VnetMetadata.bytes(frame));
    return switch (-result) {
      case 0 -> sent((int) place, length);
      case Errno.EMSGSIZE -> Burst.TOO_LONG;
      case Errno.EINVAL -> Burst.BAD_OFFLOAD;
      default -> Burst.FULL;
    };
  }

  private int sent(int place, int length) {
    lent.clear(place);
    synchronized (counters) {
      counters.txFrames++;
      counters.txBytes += length;
    }
    return -1;
  }

  private boolean fits(int flags, long numbers, int length) {
    boolean partial = (flags & Offload.CSUM_PARTIAL) != 0;
    int gso = flags & Offload.GSO_ANY;
    if ((flags & ~port.capabilities().txOffloads()) != 0 || Integer.bitCount(gso) > 1) {
      return false;
    }
    if (gso != 0 && (!partial || Offload.gsoSize(numbers) == 0)) {
      return false;
    }
    return !partial || Offload.csumStart(numbers) + Offload.csumOffset(numbers) + 2 <= length;
  }

  @Override
  public Wakeup wakeup() {
    return Wakeup.polled();
  }
}

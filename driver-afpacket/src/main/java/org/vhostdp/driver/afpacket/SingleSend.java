package org.vhostdp.driver.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.driver.afpacket.generated.msghdr;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Sends a frame by a system call of its own, from where its entries lie: one of several entries,
 * one with a VLAN tag to put in, one that was claimed after a frame that is not sent yet. The
 * kernel has copied when the call returns.
 *
 * <p>The socket is the receiving one: the kernel gives a socket with a transmit ring no other way.
 */
final class SingleSend {
  /** Entries of a frame. */
  static final int MOST_ENTRIES = 64;

  private static final int MACS = 12;
  private static final int TAG = 4;
  private static final short TPID = (short) 0x8100;
  private static final ValueLayout.OfShort BIG =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Scratch memory: the virtio header, then addresses and tag, then struct iovec of 16 bytes. */
  private static final long TAGGED = 16;

  private static final long VECTORS = 32;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment state = PacketCalls.state(arena);
  private final MemorySegment scratch = arena.allocate(VECTORS + 16 * (MOST_ENTRIES + 2), 16);
  private final MemorySegment message = msghdr.allocate(arena);
  private final boolean vnet;
  private int vectors;

  SingleSend(boolean vnet) {
    this.vnet = vnet;
    msghdr.msg_iov(message, scratch.asSlice(VECTORS));
  }

  private void vector(long base, long length) {
    long at = VECTORS + 16L * vectors++;
    scratch.set(JAVA_LONG, at, base);
    scratch.set(JAVA_LONG, at + 8, length);
  }

  /**
   * Sends the entries first to end - 1 as one frame; they lie in the memory, and fit.
   *
   * @param fd the socket
   * @param total bytes of all entries
   * @return bytes sent, or -errno
   */
  int send(int fd, MemorySegment memory, Burst burst, int first, int end, int total) {
    int flags = burst.flags[first];
    boolean tag = (flags & Offload.VLAN) != 0;
    vectors = 0;
    if (vnet) {
      int linear = total <= Linear.WHOLE ? total + (tag ? TAG : 0) : 0;
      int offloads = flags & ~(Offload.MORE | Offload.VLAN | Offload.CSUM_VALID);
      VnetHeader.write(scratch, 0, linear, offloads, burst.offload[first], tag ? TAG : 0);
      vector(scratch.address(), VnetHeader.SIZE);
    }
    int skip = tag ? tagged(memory, burst, first, end) : 0;
    for (int i = first; i < end; i++) {
      int taken = Math.min(skip, burst.length[i]);
      skip -= taken;
      if (burst.length[i] > taken) {
        vector(memory.address() + burst.offset[i] + taken, burst.length[i] - taken);
      }
    }
    message.set(JAVA_LONG, msghdr.msg_iovlen$offset(), vectors);
    return PacketCalls.send(state, fd, message.address());
  }

  /** Copies the addresses, puts the tag behind them; returns bytes of the entries that this was. */
  private int tagged(MemorySegment memory, Burst burst, int first, int end) {
    int done = 0;
    for (int i = first; i < end && done < MACS; i++) {
      int n = Math.min(MACS - done, burst.length[i]);
      MemorySegment.copy(memory, burst.offset[i], scratch, TAGGED + done, n);
      done += n;
    }
    scratch.set(BIG, TAGGED + MACS, TPID);
    scratch.set(BIG, TAGGED + MACS + 2, (short) burst.vlan[first]);
    vector(scratch.address() + TAGGED, MACS + TAG);
    return MACS;
  }
}

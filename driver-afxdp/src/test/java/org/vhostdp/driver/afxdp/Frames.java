package org.vhostdp.driver.afxdp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;

/** Frames for tests, and bursts around them. */
final class Frames {
  static final byte[] STATION = mac(0x02, 1);
  static final byte[] PEER = mac(0x02, 2);

  /** Milliseconds, to end a hang. */
  static final long PATIENCE = 20_000;

  /** Local experimental EtherType 1: nothing in the kernel answers it. */
  private static final int ETHERTYPE = 0x88B5;

  private Frames() {}

  static byte[] mac(int first, int last) {
    return new byte[] {(byte) first, 0, 0, 0, 0, (byte) last};
  }

  /** A frame of so many bytes, with contents that depend on length and seed. */
  static byte[] of(int length, int seed) {
    byte[] frame = new byte[length];
    new Random(length * 31L + seed).nextBytes(frame);
    ByteBuffer.wrap(frame).put(PEER).put(STATION).putShort((short) ETHERTYPE);
    return frame;
  }

  /** Claims a frame, fills it and transmits it; the entries accepted. */
  static int send(Port port, int queue, Burst burst, byte[] frame, int flags, long offload) {
    if (port.tx(queue).claim(burst, 1) != 1) {
      return 0;
    }
    MemorySegment memory = port.regions().get(burst.region[0]).segment();
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, burst.offset[0], frame.length);
    burst.length[0] = frame.length;
    burst.flags[0] = flags;
    burst.offload[0] = offload;
    int accepted = port.tx(queue).transmit(burst, 0, 1);
    if (accepted == 0) {
      port.tx(queue).unclaim(burst, 0, 1);
    }
    return accepted;
  }

  static int send(Port port, byte[] frame) {
    return send(port, 0, new Burst(1), frame, 0, 0);
  }

  /** A received frame. */
  record Received(byte[] bytes, int flags, long offload) {
    @Override
    public String toString() {
      return "flags " + flags + ": " + HexFormat.of().formatHex(bytes);
    }
  }

  /** Receives frames until there are so many or the time, ms, is over; not those of IGMP. */
  static List<Received> receive(Port port, int queue, int count, long millis)
      throws InterruptedException {
    List<Received> frames = new ArrayList<>();
    Burst burst = new Burst(64);
    long end = System.nanoTime() + millis * 1_000_000;
    do {
      int n = port.rx(queue).receive(burst, Math.min(64, count - frames.size()));
      for (int i = 0; i < n; i++) {
        Received frame = read(port, burst, i);
        if (frame.bytes()[0] != 1) {
          frames.add(frame);
        }
      }
      port.rx(queue).release(burst, 0, n);
      if (n == 0) {
        Thread.sleep(0, 200_000);
      }
    } while (frames.size() < count && System.nanoTime() < end);
    return frames;
  }

  /** The next frame, or null after {@link #PATIENCE}. */
  static Received receive(Port port) throws InterruptedException {
    List<Received> frames = receive(port, 0, 1, PATIENCE);
    return frames.isEmpty() ? null : frames.getFirst();
  }

  private static Received read(Port port, Burst burst, int i) {
    MemorySegment memory = port.regions().get(burst.region[i]).segment();
    byte[] bytes = memory.asSlice(burst.offset[i], burst.length[i]).toArray(ValueLayout.JAVA_BYTE);
    return new Received(bytes, burst.flags[i], burst.offload[i]);
  }

  /** An IPv4 header and a TCP or UDP header with a payload, in an Ethernet frame. */
  static byte[] ipv4(
      byte[] to, byte[] from, int source, int destination, int protocol, byte[] segment) {
    byte[] frame = new byte[34 + segment.length];
    ByteBuffer b = ByteBuffer.wrap(frame);
    b.put(to).put(from).putShort((short) 0x0800);
    b.put((byte) 0x45).put((byte) 0).putShort((short) (20 + segment.length));
    b.putShort((short) 1).putShort((short) 0x4000).put((byte) 64).put((byte) protocol);
    b.putShort((short) 0).putInt(source).putInt(destination).put(segment);
    b.putShort(24, (short) ~sum(frame, 14, 20, 0));
    return frame;
  }

  /** The one's complement sum of bytes and a start value, not inverted. */
  static int sum(byte[] bytes, int from, int length, int start) {
    int sum = start;
    for (int i = 0; i < length; i++) {
      sum += (bytes[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0);
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return sum;
  }

  /** The pseudo-header's sum of an IPv4 frame made by {@link #ipv4}, or of a kernel's. */
  static int pseudo(byte[] frame) {
    int length = ((frame[16] & 0xFF) << 8 | frame[17] & 0xFF) - 20;
    return sum(frame, 26, 8, (frame[23] & 0xFF) + length);
  }

  /** Whether the transport checksum of an IPv4 frame without IP options is right. */
  static boolean checksumIsRight(byte[] frame) {
    int length = ((frame[16] & 0xFF) << 8 | frame[17] & 0xFF) - 20;
    return sum(frame, 34, length, pseudo(frame)) == 0xFFFF;
  }
}

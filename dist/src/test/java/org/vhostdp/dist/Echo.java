package org.vhostdp.dist;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.Sockets;

/**
 * Numbered frames of random lengths and contents sent into the host's side of a port, whose guest
 * sends each back with the two MAC addresses swapped; every byte that returns is compared. A frame
 * crosses the port once in each direction.
 */
final class Echo implements AutoCloseable {
  private static final byte[] GUEST = {2, 0, 0, 0, 0, 2};

  /** No interface of the host has it, so the kernel takes a frame for it no further. */
  private static final byte[] PEER = {2, 0, 0, 0, 0, 1};

  private static final int SHORTEST = 60;
  private static final int LONGEST = 1514;
  private static final int HEADERS = 14 + 20 + 8;
  private static final int FLOWS = 64;

  /** Few enough for the smallest of the queues on the way: the socket's receive buffer. */
  private static final int WINDOW = 48;

  private static final int PATIENCE_MILLIS = 30_000;

  private final Fd fd;
  private final Arena arena = Arena.ofShared();
  private final CallState state = new CallState(arena);
  private final MemorySegment buffer = arena.allocate(2048, 8);
  private final Poll poll = new Poll(1);
  private final BitSet missing = new BitSet();
  private int next;

  private Echo(Fd fd) {
    this.fd = fd;
  }

  static Echo on(Lab lab, String ifname) throws Exception {
    int index;
    try (Netlink netlink = lab.in(Netlink::open)) {
      index = netlink.link(ifname).index();
    }
    return new Echo(lab.in(() -> Sockets.packet(index, true)));
  }

  /** Sends so many frames, at most a window at a time, until all have returned as they should. */
  void exchange(int frames) throws IOException {
    int end = next + frames;
    long progress = System.nanoTime();
    while (next < end || !missing.isEmpty()) {
      int moved = send(end) + receive();
      long now = System.nanoTime();
      if (moved > 0) {
        progress = now;
      } else if (now - progress > PATIENCE_MILLIS * 1_000_000L) {
        Assertions.fail(
            "%d of %d frames sent did not return; the first is number %d of %d bytes"
                .formatted(
                    missing.cardinality(),
                    next,
                    missing.nextSetBit(0),
                    missing.isEmpty() ? 0 : frame(missing.nextSetBit(0)).length));
      } else {
        poll.set(0, fd.raw(), Poll.IN);
        poll.await(20);
      }
    }
  }

  private int send(int end) {
    int sent = 0;
    while (next < end && missing.cardinality() < WINDOW) {
      byte[] frame = frame(next);
      MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
      long result = Io.write(state, fd.raw(), buffer, frame.length);
      if (result == -Errno.EAGAIN || result == -Errno.ENOBUFS) {
        return sent;
      }
      Assertions.assertEquals(frame.length, result, "write");
      missing.set(next++);
      sent++;
    }
    return sent;
  }

  private int receive() {
    int received = 0;
    long length = Io.read(state, fd.raw(), buffer, buffer.byteSize());
    while (length > 0) {
      received++;
      check(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
      length = Io.read(state, fd.raw(), buffer, buffer.byteSize());
    }
    return received;
  }

  private void check(byte[] frame) {
    Assertions.assertTrue(frame.length >= SHORTEST, () -> "a frame of " + frame.length + " bytes");
    int number = ByteBuffer.wrap(frame).getInt(HEADERS);
    Assertions.assertTrue(missing.get(number), () -> "frame " + number + " was not awaited");
    missing.clear(number);
    byte[] expected = frame(number);
    ByteBuffer.wrap(expected).put(PEER).put(GUEST);
    Assertions.assertArrayEquals(expected, frame, () -> "frame " + number);
  }

  /** Most frames are UDP of many flows, which the kernel spreads over queues; some are nothing. */
  private static byte[] frame(int number) {
    SplittableRandom random = new SplittableRandom(number);
    byte[] frame = new byte[random.nextInt(SHORTEST, LONGEST + 1)];
    random.nextBytes(frame);
    ByteBuffer b = ByteBuffer.wrap(frame).put(GUEST).put(PEER);
    if (number % 8 == 7) {
      b.putShort((short) 0x88B5); // local experimental EtherType 1
    } else {
      b.putShort((short) 0x0800);
      b.put((byte) 0x45).put((byte) 0).putShort((short) (frame.length - 14));
      b.putShort((short) number).putShort((short) 0x4000).put((byte) 64).put((byte) 17);
      b.putShort((short) 0).putInt(0xC0000201).putInt(0xC0000202);
      b.putShort((short) (1024 + number % FLOWS)).putShort((short) 9);
      b.putShort((short) (frame.length - 34)).putShort((short) 0);
    }
    b.putInt(HEADERS, number);
    return frame;
  }

  @Override
  public void close() {
    fd.close();
    arena.close();
  }
}

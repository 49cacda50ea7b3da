package org.vhostdp.driver.afpacket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.netdevice.VnetHeader;

/**
 * Memory for received frames that are larger than the ring's slots: those that the far end left for
 * others to segment. The kernel keeps them in the socket's queue (PACKET_COPY_THRESH), in the order
 * of their slots, and each is read when its slot's turn has come.
 *
 * <p>The queue's IO thread.
 */
final class LargeFrames implements AutoCloseable {
  /** Buffers. */
  static final int COUNT = 64;

  /** Bytes of a buffer: tag, virtio header, the longest IP packet with its Ethernet header. */
  private static final int ROOM = Geometry.stride(65536 + 64);

  /** Where the virtio header is read to: a tag may be put in before the frame. */
  private static final int HEAD = 6;

  private final Mapping mapping;
  private final MemorySegment[] targets = new MemorySegment[COUNT];
  private final CallState state = new CallState(Arena.ofAuto());
  private final int[] free = new int[COUNT];
  private int freeCount;
  private int fd = -1;

  LargeFrames() throws LinuxException {
    mapping = Mapping.anonymous((long) ROOM * COUNT);
    for (int i = 0; i < COUNT; i++) {
      targets[i] = mapping.segment().asSlice(start(i), ROOM - HEAD);
    }
  }

  MemorySegment memory() {
    return mapping.segment();
  }

  /** Works on a new socket; every buffer is free. Control thread, while no burst call runs. */
  void attach(int socket) {
    fd = socket;
    for (int i = 0; i < COUNT; i++) {
      free[i] = COUNT - 1 - i;
    }
    freeCount = COUNT;
  }

  boolean isEmpty() {
    return freeCount == 0;
  }

  /** Where a buffer's virtio header is; the frame follows. */
  long start(int buffer) {
    return (long) buffer * ROOM + HEAD;
  }

  /**
   * Reads the frame that is next in the socket's queue into a free buffer; there must be one.
   *
   * @param length bytes that its slot tells
   * @return the buffer, or -1 if the frame is lost
   */
  int read(int length) {
    int buffer = free[--freeCount];
    long result = Io.read(state, fd, targets[buffer], ROOM - HEAD);
    if (result == VnetHeader.SIZE + (long) length) {
      return buffer;
    }
    freeCount++;
    return -1;
  }

  void give(int buffer) {
    free[freeCount++] = buffer;
  }

  @Override
  public void close() {
    mapping.close();
  }
}

package org.vhostdp.dataplane.frontend.vhostuser;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.ReceivedFds;
import org.vhostdp.linux.UnixSocket;

/**
 * One message, read in place and answered in place: header (request u32, flags u32, size u32) and
 * payload. Reused for a whole session. Control thread.
 */
final class Message {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment bytes;
  private final ReceivedFds fds = new ReceivedFds();
  private final UnixSocket socket;

  Message(UnixSocket socket, Arena arena) {
    this.socket = socket;
    this.bytes = arena.allocate(Protocol.HEADER + Protocol.MAX_PAYLOAD, 8);
  }

  /**
   * Reads the next message; descriptors left from the one before are closed.
   *
   * @return false at the end of the stream
   * @throws Broken if what comes is no message
   */
  boolean read() throws Broken {
    fds.closeAll();
    int got = fill(0, Protocol.HEADER);
    if (got == 0) {
      return false;
    }
    if (got < Protocol.HEADER) {
      throw new Broken("the stream ended in a message's header");
    }
    if ((flags() & Protocol.VERSION_MASK) != Protocol.VERSION) {
      throw new Broken("a message has version " + (flags() & Protocol.VERSION_MASK) + ", not 1");
    }
    int size = size();
    if (size < 0 || size > Protocol.MAX_PAYLOAD) {
      throw new Broken(
          "a message of type "
              + request()
              + " claims "
              + Integer.toUnsignedString(size)
              + " bytes");
    }
    if (fill(Protocol.HEADER, size) < size) {
      throw new Broken("the stream ended in a message's payload");
    }
    return true;
  }

  private int fill(int at, int wanted) throws Broken {
    int got = 0;
    while (got < wanted) {
      long n = socket.receive(bytes.asSlice(at + got, wanted - got), wanted - got, fds);
      if (n == 0) {
        return got;
      }
      if (n < 0) {
        throw new Broken("the socket failed: " + Errno.name((int) -n));
      }
      got += (int) n;
    }
    return got;
  }

  int request() {
    return bytes.get(INT, 0);
  }

  int flags() {
    return bytes.get(INT, 4);
  }

  int size() {
    return bytes.get(INT, 8);
  }

  boolean needsReply() {
    return (flags() & Protocol.NEED_REPLY) != 0;
  }

  int intAt(int offset) {
    return bytes.get(INT, Protocol.HEADER + offset);
  }

  long uintAt(int offset) {
    return Integer.toUnsignedLong(intAt(offset));
  }

  long longAt(int offset) {
    return bytes.get(LONG, Protocol.HEADER + offset);
  }

  byte[] bytesAt(int offset, int length) {
    return bytes.asSlice(Protocol.HEADER + offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  int fdCount() {
    return fds.count();
  }

  boolean fdsTruncated() {
    return fds.truncated();
  }

  /** Descriptor i, owned by the caller from here on. */
  Fd takeFd(int i) {
    return fds.take(i);
  }

  void closeFds() {
    fds.closeAll();
  }

  /** Answers with a number, to the request just read. */
  void reply(long value) throws LinuxException {
    bytes.set(LONG, Protocol.HEADER, value);
    send(8);
  }

  /** Answers a ring state: index and number. */
  void replyState(int index, long number) throws LinuxException {
    bytes.set(INT, Protocol.HEADER, index);
    bytes.set(INT, Protocol.HEADER + 4, (int) number);
    send(8);
  }

  /** Answers a configuration request: its 12 bytes as they came, then the data. */
  void replyConfig(byte[] data) throws LinuxException {
    MemorySegment.copy(MemorySegment.ofArray(data), 0, bytes, Protocol.HEADER + 12L, data.length);
    bytes.set(INT, Protocol.HEADER + 4, data.length);
    send(12 + data.length);
  }

  /** Answers with an empty payload: the request cannot be met. */
  void replyNothing() throws LinuxException {
    send(0);
  }

  private void send(int payload) throws LinuxException {
    bytes.set(INT, 4, Protocol.VERSION | Protocol.REPLY);
    bytes.set(INT, 8, payload);
    socket.send(bytes, Protocol.HEADER + payload);
  }

  /** Sends a message of the back-end's own, without payload. */
  static void sendEmpty(UnixSocket socket, int request, Arena arena) throws LinuxException {
    MemorySegment header = arena.allocate(Protocol.HEADER, 8);
    header.set(INT, 0, request);
    header.set(INT, 4, Protocol.VERSION);
    socket.send(header, Protocol.HEADER);
  }

  /** What came is no message, or the stream is gone: the session ends. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message);
    }
  }
}

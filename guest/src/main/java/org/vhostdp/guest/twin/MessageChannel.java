package org.vhostdp.guest.twin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.ReceivedFds;
import org.vhostdp.linux.UnixSocket;

/** Whole vhost-user messages over a socket, native byte order. One thread at a time. */
final class MessageChannel implements AutoCloseable {
  private static final int HEADER = 12;
  private static final int MAX_PAYLOAD = 65536;
  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;

  private final UnixSocket socket;
  private final MemorySegment outgoing;
  private final MemorySegment incoming;
  private final ReceivedFds fds = new ReceivedFds();
  private final Poll poll = new Poll(1);
  private final String peer;

  /** Payload of the message now being built or last received. */
  final MemorySegment payload;

  final MemorySegment answer;

  MessageChannel(UnixSocket socket, String peer) {
    this.socket = socket;
    this.peer = peer;
    Arena arena = Arena.ofAuto();
    outgoing = arena.allocate(HEADER + MAX_PAYLOAD, 8);
    incoming = arena.allocate(HEADER + MAX_PAYLOAD, 8);
    payload = outgoing.asSlice(HEADER);
    answer = incoming.asSlice(HEADER);
  }

  UnixSocket socket() {
    return socket;
  }

  /** Sends what stands in {@link #payload}. */
  void send(int request, int flags, int size, int... descriptors) throws LinuxException {
    outgoing.set(U32, 0, request);
    outgoing.set(U32, 4, flags);
    outgoing.set(U32, 8, size);
    socket.send(outgoing, HEADER + (long) size, descriptors);
  }

  /** Sends bytes as they are, header and all. */
  void sendRaw(byte[] message, int... descriptors) throws LinuxException {
    MemorySegment.copy(message, 0, outgoing, ValueLayout.JAVA_BYTE, 0, message.length);
    socket.send(outgoing, message.length, descriptors);
  }

  /**
   * Receives one message; its payload stands in {@link #answer}.
   *
   * @return false when nothing came within the time
   */
  boolean receive(int timeoutMillis) throws IOException {
    if (!readable(timeoutMillis)) {
      return false;
    }
    fds.closeAll();
    fill(0, HEADER, timeoutMillis);
    int size = size();
    if (size < 0 || size > MAX_PAYLOAD) {
      throw new IOException(peer + " announced a payload of " + size + " bytes.");
    }
    fill(HEADER, size, timeoutMillis);
    return true;
  }

  /** Receives the reply to a request, which must be one. */
  void reply(int request, int timeoutMillis) throws IOException {
    if (!receive(timeoutMillis)) {
      throw new InterruptedIOException(
          "%s did not answer %s within %d ms."
              .formatted(peer, Request.name(request), timeoutMillis));
    }
    if (request() != request
        || (flags() & (Request.REPLY | 3)) != (Request.REPLY | Request.VERSION)) {
      throw new IOException(
          "%s answered %s with %s, flags 0x%x."
              .formatted(peer, Request.name(request), Request.name(request()), flags()));
    }
  }

  private boolean readable(int timeoutMillis) throws LinuxException {
    poll.set(0, socket.fd().raw(), Poll.IN);
    poll.await(timeoutMillis);
    return poll.ready(0) != 0;
  }

  private void fill(long offset, int length, int timeoutMillis) throws IOException {
    for (int done = 0; done < length; ) {
      if (!readable(timeoutMillis)) {
        throw new InterruptedIOException(peer + " stopped in the middle of a message.");
      }
      long n = socket.receive(incoming.asSlice(offset + done), length - done, fds);
      if (n == 0) {
        throw new EOFException(peer + " closed the connection.");
      }
      if (n < 0 && n != -Errno.EAGAIN) {
        throw new LinuxException("recvmsg", peer, (int) -n);
      }
      done += (int) Math.max(n, 0);
    }
  }

  int request() {
    return incoming.get(U32, 0);
  }

  int flags() {
    return incoming.get(U32, 4);
  }

  int size() {
    return incoming.get(U32, 8);
  }

  long answer64() throws IOException {
    if (size() != 8) {
      throw new IOException(
          "%s answered %s with a payload of %d bytes, not 8."
              .formatted(peer, Request.name(request()), size()));
    }
    return answer.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
  }

  /** Descriptors that came with the last message; those not taken are closed with the next. */
  ReceivedFds received() {
    return fds;
  }

  @Override
  public void close() {
    fds.closeAll();
    socket.close();
  }
}

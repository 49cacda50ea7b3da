package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.vhostdp.guest.twin.RegionSpec;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.VhostUserClient;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;

/** A front-end that says one message at a time and looks at what becomes of it. */
final class Talk implements AutoCloseable {
  private static final int WAIT_MILLIS = 30_000;
  private static final int ASK = Request.VERSION | Request.NEED_REPLY;

  final VhostUserClient client;

  private Talk(VhostUserClient client) {
    this.client = client;
  }

  static Talk to(Path socket) throws IOException {
    return new Talk(VhostUserClient.connect(socket));
  }

  /** Takes all protocol features on offer, so that refusals are answered. */
  Talk negotiated() throws IOException {
    client.getFeatures();
    client.setProtocolFeatures(client.getProtocolFeatures());
    client.setOwner();
    return this;
  }

  /** The u64 that answers a message. */
  long answer(int request, byte[] payload, Fd... fds) throws IOException {
    client.raw(request, ASK, payload, fds);
    byte[] reply = client.rawReply(WAIT_MILLIS);
    assertNotNull(reply, () -> Request.name(request) + " was not answered");
    assertEquals(8, reply.length, () -> "answer to " + Request.name(request));
    return ByteBuffer.wrap(reply).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  void accepted(int request, byte[] payload, Fd... fds) throws IOException {
    assertEquals(0, answer(request, payload, fds), () -> Request.name(request) + " was refused");
  }

  /** Refused with an answer, and the session goes on. */
  void refused(int request, byte[] payload, Fd... fds) throws IOException {
    assertNotEquals(0, answer(request, payload, fds), () -> Request.name(request) + " was taken");
    assertNotEquals(0, client.getFeatures());
  }

  /** Whether the back-end ends the session now. */
  void ends(String why) throws IOException {
    try {
      byte[] reply = client.rawReply(WAIT_MILLIS);
      throw new AssertionError(why + (reply == null ? ": nothing came" : ": it was answered"));
    } catch (EOFException e) {
      return;
    } catch (LinuxException e) {
      // What the back-end had not read when it closed makes the end a reset.
      assertTrue(e.errno() == Errno.ECONNRESET || e.errno() == Errno.EPIPE, e.getMessage());
    }
  }

  /** Sent without asking for an answer, it ends the session. */
  void fatal(int request, byte[] payload, Fd... fds) throws IOException {
    client.raw(request, Request.VERSION, payload, fds);
    ends(Request.name(request));
  }

  static byte[] none() {
    return new byte[0];
  }

  static byte[] u64(long value) {
    return bytes(8).putLong(value).array();
  }

  static byte[] state(int index, int number) {
    return bytes(8).putInt(index).putInt(number).array();
  }

  static byte[] address(int index, long descriptors, long used, long available) {
    ByteBuffer out = bytes(40).putInt(index).putInt(0);
    return out.putLong(descriptors).putLong(used).putLong(available).putLong(0).array();
  }

  /** SET_MEM_TABLE with a count of its own and {@code extra} bytes behind the regions. */
  static byte[] table(int count, int extra, RegionSpec... regions) {
    ByteBuffer out = bytes(8 + 32 * regions.length + extra).putInt(count).putInt(0);
    for (RegionSpec r : regions) {
      put(out, r);
    }
    return out.array();
  }

  /** ADD_MEM_REG or REM_MEM_REG. */
  static byte[] region(RegionSpec region) {
    return put(bytes(40).putLong(0), region).array();
  }

  private static ByteBuffer put(ByteBuffer out, RegionSpec r) {
    return out.putLong(r.guestPhysical())
        .putLong(r.size())
        .putLong(r.userAddress())
        .putLong(r.fileOffset());
  }

  static byte[] config(int offset, int size, int room) {
    return bytes(12 + room).putInt(offset).putInt(size).putInt(0).array();
  }

  /** A header as it travels. */
  static byte[] header(int request, int flags, int size) {
    return bytes(12).putInt(request).putInt(flags).putInt(size).array();
  }

  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    client.close();
  }
}

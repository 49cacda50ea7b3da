package org.vhostdp.guest.twin;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.UnixSocket;

/** The second socket, on which the back-end asks the front-end (BACKEND_REQ). One thread. */
public final class BackendChannel implements AutoCloseable {
  public static final int IOTLB_MSG = 1;
  public static final int CONFIG_CHANGE_MSG = 2;
  public static final int VRING_HOST_NOTIFIER_MSG = 3;
  public static final int VRING_CALL = 4;
  public static final int VRING_ERR = 5;

  private final UnixSocket theirs;
  private final MessageChannel channel;

  /** Makes the pair of sockets. */
  public BackendChannel() throws IOException {
    UnixSocket[] pair = UnixSocket.pair();
    theirs = pair[0];
    channel = new MessageChannel(pair[1], "The back-end");
  }

  /** The end to send with SET_BACKEND_REQ_FD. */
  public Fd theirs() {
    return theirs.fd();
  }

  /** Closes our copy of the back-end's end, once sent: then its closing is noticed here. */
  public void sent() {
    theirs.close();
  }

  /** Readable when a request waits. */
  public Fd fd() {
    return channel.socket().fd();
  }

  /**
   * Takes one request and acknowledges it if asked to.
   *
   * @return its number; 0 when none came within the time; -1 when the back-end has closed its end,
   *     which it may
   */
  public int poll(int timeoutMillis) throws IOException {
    try {
      if (!channel.receive(timeoutMillis)) {
        return 0;
      }
    } catch (EOFException e) {
      return -1;
    }
    if ((channel.flags() & Request.NEED_REPLY) != 0) {
      channel.payload.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 0);
      channel.send(channel.request(), Request.VERSION | Request.REPLY, 8);
    }
    return channel.request();
  }

  /** Payload of the request last taken. */
  public byte[] payload() {
    return channel.answer.asSlice(0, channel.size()).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() {
    theirs.close();
    channel.close();
  }
}

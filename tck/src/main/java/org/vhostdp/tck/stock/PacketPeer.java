package org.vhostdp.tck.stock;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.linux.Poll;
import org.vhostdp.tck.harness.WireFrame;

/**
 * The far end of a wire as a packet socket. It takes everything it needs when it is made, so that
 * nothing of it comes and goes while the port's own descriptors are counted. One thread may send
 * while another receives.
 */
final class PacketPeer implements AutoCloseable {
  /** Room for waiting frames, as the kernel counts: some KiB for a frame, 64 KiB for large ones. */
  private static final int ROOM = 64 << 20;

  /** The least room that 1024 frames of 1500 bytes fit in, however the kernel lays them out. */
  private static final int DEEP = 8 << 20;

  private final PacketSocket socket;
  private final Poll poll = new Poll(1);
  private int bound;

  /** Opens it in the calling thread's namespace; deaf until bound. */
  PacketPeer() throws LinuxException {
    socket = PacketSocket.open(ROOM);
    poll.set(0, socket.fd().raw(), Poll.IN);
  }

  /**
   * Sends through the interface's queueing discipline, which on a veth is none: a flow's queue is
   * then chosen by its hash, not by the processor that sends.
   */
  void queueing() throws LinuxException {
    socket.bypass(false);
  }

  /** Whether 1024 frames may wait. */
  boolean isDeep() throws LinuxException {
    return socket.receiveBytes() >= DEEP;
  }

  /** Connects to an interface, unless it is connected already. */
  void bind(int index) throws LinuxException {
    if (bound != index) {
      socket.bind(index);
      bound = index;
    }
  }

  /**
   * Sends a frame.
   *
   * @return false if the device had no room, or takes no frame of that length
   */
  boolean send(WireFrame frame) throws IOException {
    byte[] bytes = VnetMetadata.bytes(frame);
    int result = socket.send(VnetMetadata.header(frame), bytes);
    return switch (-result) {
      case 0 -> true;
      case Errno.EAGAIN, Errno.ENOBUFS, Errno.EMSGSIZE -> false;
      // A wire without a link, or without a device, loses what is put on it.
      case Errno.ENETDOWN, Errno.ENXIO, Errno.ENODEV -> true;
      default ->
          throw new LinuxException(
              "sendmsg",
              "%d bytes with flags 0x%x".formatted(bytes.length, frame.flags()),
              -result,
              "");
    };
  }

  /** The next frame, or empty if none came in time. */
  Optional<WireFrame> receive(Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      PacketSocket.Received received = next();
      if (received != null) {
        return Optional.of(VnetMetadata.frame(received));
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        return Optional.empty();
      }
      poll.await((int) Math.min(1000, left / 1_000_000 + 1));
    }
  }

  private PacketSocket.Received next() throws LinuxException {
    try {
      return socket.receive();
    } catch (LinuxException e) {
      // Told once after the link went down; frames come again when it is up.
      if (e.errno() == Errno.ENETDOWN) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}

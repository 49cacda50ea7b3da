package org.vhostdp.driver.mdev;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.harness.WireFrame;

/** A packet socket as the far end of a wire. */
final class FarSocket implements AutoCloseable {
  private static final int ROOM = 64 << 20;
  private static final int NEEDS_CSUM = 1;
  private static final int DATA_VALID = 2;
  private static final int GSO_ECN = 0x80;
  private static final int ADDRESSES = 12;
  private static final int TAG = 4;

  private final PacketSocket socket;
  private final Poll poll = new Poll(1);

  FarSocket(int ifindex) throws LinuxException {
    socket = PacketSocket.open(ROOM);
    socket.bypass(false);
    socket.bind(ifindex);
    poll.set(0, socket.fd().raw(), Poll.IN);
  }

  boolean send(WireFrame frame) throws IOException {
    boolean tagged = (frame.flags() & Offload.VLAN) != 0;
    byte[] bytes = tagged ? tagged(frame.bytes(), 0x8100, frame.vlan()) : frame.bytes();
    int result = socket.send(header(frame, tagged ? TAG : 0), bytes);
    return switch (-result) {
      case 0 -> true;
      case Errno.EAGAIN, Errno.ENOBUFS, Errno.EMSGSIZE -> false;
      case Errno.ENETDOWN, Errno.ENXIO, Errno.ENODEV -> true;
      default -> throw new LinuxException("sendmsg", bytes.length + " bytes", -result, "");
    };
  }

  private static byte[] header(WireFrame frame, int shift) {
    ByteBuffer header = ByteBuffer.allocate(PacketSocket.HEADER).order(ByteOrder.nativeOrder());
    int flags = frame.flags();
    long packed = frame.offload();
    if ((flags & Offload.CSUM_PARTIAL) != 0) {
      header.put(0, (byte) NEEDS_CSUM);
      header.putShort(6, (short) (Offload.csumStart(packed) + shift));
      header.putShort(8, (short) Offload.csumOffset(packed));
    } else if ((flags & Offload.CSUM_VALID) != 0) {
      header.put(0, (byte) DATA_VALID);
    }
    if ((flags & Offload.GSO_ANY) != 0) {
      int length = Offload.headerLength(packed);
      int ecn = (flags & Offload.GSO_ECN) != 0 ? GSO_ECN : 0;
      header.put(1, (byte) (ecn | kind(flags)));
      header.putShort(2, (short) (length == 0 ? 0 : length + shift));
      header.putShort(4, (short) Offload.gsoSize(packed));
    }
    return header.array();
  }

  private static int kind(int flags) {
    return switch (flags & Offload.GSO_ANY) {
      case Offload.GSO_TCP4 -> 1;
      case Offload.GSO_UFO -> 3;
      case Offload.GSO_TCP6 -> 4;
      default -> 5;
    };
  }

  Optional<WireFrame> receive(Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      PacketSocket.Received received = next();
      if (received != null) {
        return Optional.of(frame(received));
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

  private static WireFrame frame(PacketSocket.Received received) {
    ByteBuffer header = ByteBuffer.wrap(received.header()).order(ByteOrder.nativeOrder());
    int shift = received.tagged() ? TAG : 0;
    int gso = header.get(1) & 0xff;
    int flags =
        switch (gso & ~GSO_ECN) {
          case 1 -> Offload.GSO_TCP4;
          case 3 -> Offload.GSO_UFO;
          case 4 -> Offload.GSO_TCP6;
          case 5 -> Offload.GSO_USO;
          default -> 0;
        };
    flags |= (gso & GSO_ECN) != 0 ? Offload.GSO_ECN : 0;
    boolean partial = (header.get(0) & NEEDS_CSUM) != 0;
    if (partial) {
      flags |= Offload.CSUM_PARTIAL;
    } else if ((header.get(0) & DATA_VALID) != 0) {
      flags |= Offload.CSUM_VALID;
    }
    byte[] bytes = received.frame();
    return new WireFrame(
        received.tagged() ? tagged(bytes, received.tpid(), received.tci()) : bytes,
        flags,
        Offload.pack(
            partial ? header.getShort(6) + shift : 0,
            partial ? header.getShort(8) : 0,
            header.getShort(4),
            0),
        0);
  }

  private static byte[] tagged(byte[] frame, int tpid, int tci) {
    return ByteBuffer.allocate(frame.length + TAG)
        .put(frame, 0, ADDRESSES)
        .putShort((short) tpid)
        .putShort((short) tci)
        .put(frame, ADDRESSES, frame.length - ADDRESSES)
        .array();
  }

  @Override
  public void close() {
    socket.close();
  }
}

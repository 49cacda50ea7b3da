package org.vhostdp.tck.stock;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;

/**
 * A TAP with one queue that somebody else than the driver holds. Source: linux/if_tun.h, struct
 * ifreq of linux/if.h.
 */
final class HeldTap implements AutoCloseable {
  private static final String TUN = "/dev/net/tun";
  private static final int READ_WRITE_NON_BLOCKING = 02 | 04000;
  private static final long TUNSETIFF = 0x400454CAL;
  private static final short TAP_WITHOUT_PACKET_INFORMATION = 0x0002 | 0x1000;
  private static final long IFREQ_SIZE = 40;
  private static final long IFREQ_FLAGS = 16;

  private final Fd fd;
  private final String name;

  private HeldTap(Fd fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /** Makes it, switched on. */
  static HeldTap open(KitNamespace namespace, String name) throws Exception {
    Fd fd = namespace.in(() -> Io.open(TUN, READ_WRITE_NON_BLOCKING, 0));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ_SIZE, Long.BYTES);
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
      request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, TAP_WITHOUT_PACKET_INFORMATION);
      int result = Io.ioctl(new CallState(arena), fd.raw(), TUNSETIFF, request);
      if (result < 0) {
        throw new LinuxException("ioctl TUNSETIFF", name, -result);
      }
      namespace.netlink().up(name, true);
      return new HeldTap(fd, name);
    } catch (LinuxException failed) {
      fd.close();
      throw failed;
    }
  }

  String name() {
    return name;
  }

  @Override
  public void close() {
    fd.close();
  }
}

package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vhostdp.linux.generated.Libc;

/** Settings of an interface that ethtool(8) makes, by the requests of linux/ethtool.h. */
public final class Ethtool {
  /** {@code struct ifreq} of linux/if.h on a 64-bit machine; a union follows the name. */
  private static final long IFREQ = 40;

  /** {@code struct ethtool_value}: the command and its one value. */
  private static final long VALUE = 2L * Integer.BYTES;

  private Ethtool() {}

  /**
   * Whether what the interface sends may leave the kernel's stack with its checksum unfinished.
   * Without, a reader that does not know the kernel's marks, such as an XDP program on the far end
   * of a veth pair, sees whole checksums; segmentation offloads go with it.
   *
   * @param ifname an interface of the calling thread's network namespace
   * @throws LinuxException ENODEV if it is not there, EPERM without CAP_NET_ADMIN, EOPNOTSUPP
   */
  public static void transmitChecksums(String ifname, boolean offloaded) throws LinuxException {
    set(ifname, "ETHTOOL_STXCSUM", Libc.ETHTOOL_STXCSUM(), offloaded ? 1 : 0);
  }

  private static void set(String ifname, String what, int command, int value)
      throws LinuxException {
    byte[] name = ifname.getBytes(StandardCharsets.UTF_8);
    if (name.length >= Libc.IFNAMSIZ()) {
      throw new LinuxException(what, ifname, Errno.ENODEV);
    }
    CallState s = CallState.ofThread();
    int raw = SocketCalls.socket(s, Libc.AF_INET(), Libc.SOCK_DGRAM() | Libc.SOCK_CLOEXEC(), 0);
    if (raw < 0) {
      throw new LinuxException("socket", "AF_INET", -raw);
    }
    try (Fd socket = Fd.of(raw);
        Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(VALUE, Integer.BYTES);
      data.set(ValueLayout.JAVA_INT, 0, command);
      data.set(ValueLayout.JAVA_INT, Integer.BYTES, value);
      MemorySegment request = arena.allocate(IFREQ, Long.BYTES);
      MemorySegment.copy(name, 0, request, ValueLayout.JAVA_BYTE, 0, name.length);
      request.set(ValueLayout.ADDRESS, Libc.IFNAMSIZ(), data);
      int result = Io.ioctl(s, socket.raw(), Libc.SIOCETHTOOL(), request);
      if (result < 0) {
        throw new LinuxException(what, ifname, -result);
      }
    }
  }
}
